using System.Globalization;
using ActorP2P.Hocon;

namespace ActorP2P;

/// <summary>
/// Reads one object of the configuration. Every read names its key, so what nothing read is unknown; every
/// failed read reports by path and goes on with a zero value, so that all errors come out together.
/// </summary>
internal sealed class SettingsSection
{
    private readonly HoconObject? _values;
    private readonly List<SettingsError> _errors;
    private readonly Dictionary<string, SettingsSection?> _known = new(StringComparer.Ordinal);

    private SettingsSection(HoconPath path, HoconObject? values, List<SettingsError> errors)
    {
        Path = path;
        _values = values;
        _errors = errors;
    }

    /// <summary>Where the section stands.</summary>
    public HoconPath Path { get; }

    /// <summary>Where it was written; null when it was not.</summary>
    public HoconOrigin? Origin => _values?.Origin;

    /// <summary>Keys that stand in the section.</summary>
    public IEnumerable<string> Keys => _values?.Keys ?? [];

    /// <summary>Opens <paramref name="key"/> of the root; a missing section is empty.</summary>
    public static SettingsSection Open(HoconObject root, string key, List<SettingsError> errors) =>
        new SettingsSection(HoconPath.Root, root, errors).Section(key);

    /// <summary>A section below this one. A value that is no object is reported once and its keys are not.</summary>
    public SettingsSection Section(string key)
    {
        var value = _values?.GetKey(key);
        var section = Wrap(Path.Child(key), value);
        _known[key] = section;
        return section;
    }

    /// <summary>A section that was read before; null when it was not.</summary>
    public SettingsSection? Child(string key) => _known.GetValueOrDefault(key);

    /// <summary>An element of a list as a section.</summary>
    public SettingsSection Element(string key, int index, HoconValue value) =>
        Wrap(Path.Child(key).Child(index.ToString(CultureInfo.InvariantCulture)), value);

    public bool Switch(string key) =>
        Find(key) is { } value && (value.TryGetBoolean(out var flag, out var error) ? flag : Fail<bool>(key, error));

    public string Text(string key, int minBytes, int maxBytes)
    {
        if (Find(key) is not { } value)
        {
            return "";
        }

        if (!value.TryGetString(out var text, out var error))
        {
            return Fail<string>(key, error) ?? "";
        }

        var bytes = System.Text.Encoding.UTF8.GetByteCount(text);
        if (bytes >= minBytes && bytes <= maxBytes)
        {
            return text;
        }

        Report(key, bytes == 0 ? $"must be set: {minBytes} to {maxBytes} bytes of text" : $"has {bytes} bytes, not {minBytes} to {maxBytes}", value.Origin);
        return text;
    }

    /// <summary>A text that may be left out.</summary>
    public string? TextOrNull(string key)
    {
        if (Find(key, optional: true) is not { } value)
        {
            return null;
        }

        return value.TryGetString(out var text, out var error) ? text : Fail<string>(key, error);
    }

    public long Number(string key, long min, long max)
    {
        if (Find(key) is not { } value)
        {
            return min;
        }

        return value.TryGetLong(out var number, out var error)
            ? InRange(key, number, min, max, value, static n => n.ToString(CultureInfo.InvariantCulture))
            : FailTo(key, error, min);
    }

    public int Count(string key, int min, int max) => (int)Number(key, min, max);

    public double Real(string key, double min, double max)
    {
        if (Find(key) is not { } value)
        {
            return min;
        }

        return value.TryGetDouble(out var number, out var error)
            ? InRange(key, number, min, max, value, static n => n.ToString(CultureInfo.InvariantCulture))
            : FailTo(key, error, min);
    }

    public long Size(string key, long minBytes, long maxBytes)
    {
        if (Find(key) is not { } value)
        {
            return minBytes;
        }

        return value.TryGetByteSize(out var bytes, out var error)
            ? InRange(key, bytes, minBytes, maxBytes, value, SettingsText.OfSize)
            : FailTo(key, error, minBytes);
    }

    public int SmallSize(string key, int minBytes, int maxBytes) => (int)Size(key, minBytes, maxBytes);

    public TimeSpan Duration(string key, TimeSpan min, TimeSpan max)
    {
        if (Find(key) is not { } value)
        {
            return min;
        }

        return value.TryGetTimeSpan(false, out var duration, out var error)
            ? InRange(key, duration, min, max, value, SettingsText.OfDuration)
            : FailTo(key, error, min);
    }

    /// <summary>The elements of a list; a key that is absent is the empty list when <paramref name="optional"/>.</summary>
    public IReadOnlyList<HoconValue> List(string key, int maxCount, bool optional = false)
    {
        if (Find(key, optional) is not { } value)
        {
            return [];
        }

        if (!value.TryGetList(out var list, out var error))
        {
            return Fail<IReadOnlyList<HoconValue>>(key, error) ?? [];
        }

        if (list.Count <= maxCount)
        {
            return list;
        }

        Report(key, $"has {list.Count} elements, at most {maxCount} are allowed", value.Origin);
        return [];
    }

    /// <summary>A list of texts, each of which <paramref name="problem"/> may object to.</summary>
    public IReadOnlyList<string> TextList(string key, int maxCount, Func<string, string?> problem, bool optional = false)
    {
        var texts = new List<string>();
        var index = 0;
        foreach (var value in List(key, maxCount, optional))
        {
            var element = $"{key}.{index++.ToString(CultureInfo.InvariantCulture)}";
            if (!value.TryGetString(out var text, out var error))
            {
                Fail<string>(element, error);
            }
            else if (problem(text) is { } objection)
            {
                Report(element, objection, value.Origin);
            }
            else
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>Adds an error below this section.</summary>
    public void Report(string key, string message, HoconOrigin? origin) =>
        _errors.Add(new SettingsError($"{Path}.{key}", message, origin));

    /// <summary>Where a key's value stands, for errors about several keys.</summary>
    public HoconOrigin? OriginOf(string key) => _values?.GetKey(key)?.Origin;

    /// <summary>Reports every key, here and below, that nothing read.</summary>
    public void ReportUnknown()
    {
        var known = new List<HoconPath>();
        CollectKnown(known);
        ReportUnknown(known);
    }

    private void ReportUnknown(List<HoconPath> known)
    {
        foreach (var key in Keys)
        {
            if (!_known.TryGetValue(key, out var section))
            {
                var path = Path.Child(key);
                var nearest = NearestKey.Find(path, known);
                var advice = nearest is null ? "see reference.conf for the known ones" : $"did you mean {nearest}?";
                _errors.Add(new SettingsError(path.ToString(), $"unknown key; {advice}", _values?.GetKey(key)?.Origin));
            }
            else
            {
                section?.ReportUnknown(known);
            }
        }
    }

    private void CollectKnown(List<HoconPath> known)
    {
        foreach (var (key, section) in _known)
        {
            known.Add(Path.Child(key));
            section?.CollectKnown(known);
        }
    }

    private SettingsSection Wrap(HoconPath path, HoconValue? value)
    {
        if (value is not null && !value.IsObject())
        {
            _errors.Add(new SettingsError(path.ToString(), "is a section of keys, not a single value", value.Origin));
        }

        return new SettingsSection(path, value as HoconObject, _errors);
    }

    private HoconValue? Find(string key, bool optional = false)
    {
        _known[key] = null;
        var value = _values?.GetKey(key);
        if (value is not null && !value.IsNull())
        {
            return value;
        }

        if (_values is not null && !optional)
        {
            Report(key, "has no value", value?.Origin);
        }

        return null;
    }

    private T InRange<T>(string key, T number, T min, T max, HoconValue value, Func<T, string> show)
        where T : IComparable<T>
    {
        if (number.CompareTo(min) < 0 || number.CompareTo(max) > 0)
        {
            Report(key, $"{show(number)} is out of range: {show(min)} to {show(max)}", value.Origin);
        }

        return number.CompareTo(min) < 0 ? min : number.CompareTo(max) > 0 ? max : number;
    }

    private T FailTo<T>(string key, HoconError error, T instead)
    {
        Report(key, error.Message, error.Origin);
        return instead;
    }

    private T? Fail<T>(string key, HoconError error) => FailTo<T?>(key, error, default);
}
