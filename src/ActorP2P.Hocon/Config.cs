namespace ActorP2P.Hocon;

/// <summary>
/// A configuration: an immutable tree of settings. Fallbacks are added with <see cref="WithFallback"/>
/// before anything is read; the first reading resolves substitutions over the whole, fallbacks included.
/// Readers of a value that is missing get the default; of a value of another type, <see cref="HoconException"/>.
/// </summary>
public sealed class Config
{
    // Null when the tree was resolved before: it holds no substitution that would need them.
    private readonly HoconParseOptions? _options;
    private readonly Lazy<ObjectNode> _tree;
    private readonly Lazy<(HoconObject? Root, IReadOnlyList<HoconError> Errors)> _resolved;

    internal Config(ObjectNode tree, HoconParseOptions? options)
    {
        _options = options;
        _tree = new(tree);
        var reach = options ?? HoconParseOptions.Default;
        _resolved = new(() => (Resolver.Resolve(tree, reach.Environment, reach.Limits, out var errors), errors));
    }

    internal Config(HoconObject resolved)
    {
        _tree = new(() => ToNode(resolved));
        _resolved = new((resolved, []));
    }

    /// <summary>The configuration without settings.</summary>
    public static Config Empty { get; } = new(new HoconObject([], new HoconOrigin("empty", 0, 0)));

    /// <summary>Whether there are no settings.</summary>
    public bool IsEmpty => _tree.Value.Fields.Count == 0;

    /// <summary>The resolved root.</summary>
    /// <exception cref="HoconException">A substitution cannot be resolved, or a limit is exceeded.</exception>
    public HoconObject Root => _resolved.Value.Root ?? throw new HoconException(_resolved.Value.Errors);

    /// <summary>Reads HOCON text where a configuration is expected, as Akka.NET does.</summary>
    public static implicit operator Config(string hocon) => ConfigurationFactory.ParseString(hocon);

    /// <summary>Resolves now, and answers the errors instead of throwing them; empty when it can be read.</summary>
    public IReadOnlyList<HoconError> Resolve() => _resolved.Value.Errors;

    /// <summary>
    /// This configuration, with another beneath it: where both have an object they merge, elsewhere this one wins.
    /// Environment and limits are those of this configuration, or the fallback's when this one was resolved before.
    /// </summary>
    public Config WithFallback(Config? fallback)
    {
        if (fallback is null || fallback.IsEmpty || ReferenceEquals(this, fallback))
            return this;
        return IsEmpty ? fallback : new Config(Definitions.Merge(fallback._tree.Value, _tree.Value), _options ?? fallback._options);
    }

    /// <summary>Whether a value other than null stands at the path.</summary>
    public bool HasPath(string path) => Find(path) is not null;

    /// <summary>The value at a path, null when there is none. A null in the source counts as none.</summary>
    public HoconValue? GetValue(string path) => Find(path);

    /// <summary>The object at a path as a configuration, null when there is none.</summary>
    public Config? GetConfig(string path) => Read(path, static v => v.ToConfig(), null);

    /// <summary>A simple value as text.</summary>
    public string? GetString(string path, string? @default = null) => Read(path, static v => v.GetString(), @default);

    /// <summary>A boolean: true, on, yes, false, off or no.</summary>
    public bool GetBoolean(string path, bool @default = false) => Read(path, static v => v.GetBoolean(), @default);

    /// <summary>A whole number of 32 bits.</summary>
    public int GetInt(string path, int @default = 0) => Read(path, static v => v.GetInt(), @default);

    /// <summary>A whole number of 64 bits.</summary>
    public long GetLong(string path, long @default = 0) => Read(path, static v => v.GetLong(), @default);

    /// <summary>A number of single precision.</summary>
    public float GetFloat(string path, float @default = 0) => Read(path, static v => v.GetFloat(), @default);

    /// <summary>A number of double precision.</summary>
    public double GetDouble(string path, double @default = 0) => Read(path, static v => v.GetDouble(), @default);

    /// <summary>A decimal number.</summary>
    public decimal GetDecimal(string path, decimal @default = 0) => Read(path, static v => v.GetDecimal(), @default);

    /// <summary>A duration; a missing one without default is zero, <c>infinite</c> is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Read(path, v => v.GetTimeSpan(allowInfinite), @default ?? TimeSpan.Zero);

    /// <summary>A size in bytes.</summary>
    public long? GetByteSize(string path, long? @default = null) => Read<long?>(path, static v => v.GetByteSize(), @default);

    /// <summary>A list of text; empty when missing.</summary>
    public IList<string> GetStringList(string path) => Read(path, static v => v.GetStringList(), []);

    /// <summary>A list of text, or the default when missing.</summary>
    public IList<string> GetStringList(string path, string[] @default) => Read(path, static v => v.GetStringList(), @default);

    /// <summary>A list of whole numbers of 32 bits; empty when missing.</summary>
    public IList<int> GetIntList(string path) => Read(path, static v => v.GetIntList(), []);

    /// <summary>A list of whole numbers of 64 bits; empty when missing.</summary>
    public IList<long> GetLongList(string path) => Read(path, static v => v.GetLongList(), []);

    /// <summary>A list of numbers of double precision; empty when missing.</summary>
    public IList<double> GetDoubleList(string path) => Read(path, static v => v.GetDoubleList(), []);

    /// <summary>A list of numbers of single precision; empty when missing.</summary>
    public IList<float> GetFloatList(string path) => Read(path, static v => v.GetFloatList(), []);

    /// <summary>A list of decimal numbers; empty when missing.</summary>
    public IList<decimal> GetDecimalList(string path) => Read(path, static v => v.GetDecimalList(), []);

    /// <summary>A list of booleans; empty when missing.</summary>
    public IList<bool> GetBooleanList(string path) => Read(path, static v => v.GetBooleanList(), []);

    /// <summary>The fields of the root, as Akka.NET enumerates them.</summary>
    public IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable() => Root;

    /// <summary>
    /// Every setting below a path with its full path from this root: simple values, nulls, lists (whole) and
    /// empty objects. Each value knows its origin. Empty when there is no object at the path.
    /// </summary>
    public IEnumerable<KeyValuePair<HoconPath, HoconValue>> Leaves(string? prefix = null)
    {
        var at = prefix is null ? HoconPath.Root : HoconPath.Parse(prefix);
        return (Root.Find(at) as HoconObject)?.Leaves(at) ?? [];
    }

    /// <summary>The resolved settings as HOCON; the first error when they cannot be resolved.</summary>
    public override string ToString() =>
        _resolved.Value.Root?.ToString() ?? $"# unresolved: {_resolved.Value.Errors[0]}";

    private static ObjectNode ToNode(HoconObject value)
    {
        var node = new ObjectNode(value.Origin);
        foreach (var (key, item) in value)
        {
            var definitions = new Definitions();
            definitions.Stack.Add(item is HoconObject inner ? ToNode(inner) : new ValueNode(item));
            node.Fields.Add(key, definitions);
        }

        return node;
    }

    private HoconValue? Find(string path) => Root.Find(HoconPath.Parse(path)) is { Kind: not HoconValueKind.Null } value ? value : null;

    private T Read<T>(string path, Func<HoconValue, T> convert, T @default)
    {
        if (Find(path) is not { } value)
            return @default;
        try
        {
            return convert(value);
        }
        catch (HoconException wrong) when (wrong.Errors[0].Path is null)
        {
            // The value knows its place in the source; only here is the setting's name known.
            throw new HoconException(wrong.Errors[0] with { Path = path }, wrong);
        }
    }
}
