using System.Diagnostics.CodeAnalysis;

namespace ActorP2P.Hocon;

/// <summary>
/// A value of a resolved configuration. Immutable; knows where it stands. The <c>Get</c> forms throw
/// <see cref="HoconException"/> when the value is of another type, the <c>TryGet</c> forms hand out the error.
/// </summary>
public abstract class HoconValue
{
    private protected HoconValue(HoconOrigin origin) => Origin = origin;

    /// <summary>Where the value was written.</summary>
    public HoconOrigin Origin { get; }

    /// <summary>Its type.</summary>
    public abstract HoconValueKind Kind { get; }

    /// <summary>Number of values in the tree below and including this one, counted as a tree where it is shared.</summary>
    internal abstract long TreeSize { get; }

    /// <summary>Whether it is an object.</summary>
    public bool IsObject() => Kind == HoconValueKind.Object;

    /// <summary>Whether it is an array.</summary>
    public bool IsArray() => Kind == HoconValueKind.Array;

    /// <summary>Whether it is a simple value other than null.</summary>
    public bool IsString() => Kind is HoconValueKind.String or HoconValueKind.Number or HoconValueKind.Boolean;

    /// <summary>Whether it is null.</summary>
    public bool IsNull() => Kind == HoconValueKind.Null;

    /// <summary>The value as an object.</summary>
    public HoconObject GetObject() =>
        this as HoconObject ?? throw new HoconException(new HoconError(HoconErrorKind.WrongType, "expected an object", Origin));

    /// <summary>The elements of an array, or of an object whose keys are numbers.</summary>
    public IReadOnlyList<HoconValue> GetArray() => Ensure(TryGetList(out var value, out var error), value, error);

    /// <summary>A simple value as text.</summary>
    public string GetString() => Ensure(TryGetString(out var value, out var error), value!, error);

    /// <summary>A whole number of 32 bits.</summary>
    public int GetInt() => Ensure(TryGetInt(out var value, out var error), value, error);

    /// <summary>A whole number of 64 bits.</summary>
    public long GetLong() => Ensure(TryGetLong(out var value, out var error), value, error);

    /// <summary>A finite number.</summary>
    public double GetDouble() => Ensure(TryGetDouble(out var value, out var error), value, error);

    /// <summary>A finite number, rounded to single precision.</summary>
    public float GetFloat()
    {
        var value = (float)GetDouble();
        return float.IsFinite(value) ? value : throw new HoconException(new HoconError(HoconErrorKind.OutOfRange, "does not fit a float", Origin));
    }

    /// <summary>A decimal number.</summary>
    public decimal GetDecimal() => Ensure(TryGetDecimal(out var value, out var error), value, error);

    /// <summary>true, on, yes, false, off or no.</summary>
    public bool GetBoolean() => Ensure(TryGetBoolean(out var value, out var error), value, error);

    /// <summary>A duration; <c>infinite</c>, when allowed, is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan GetTimeSpan(bool allowInfinite = true) => Ensure(TryGetTimeSpan(allowInfinite, out var value, out var error), value, error);

    /// <summary>A size in bytes.</summary>
    public long GetByteSize() => Ensure(TryGetByteSize(out var value, out var error), value, error);

    /// <summary>A list of simple values as text.</summary>
    public IList<string> GetStringList() => GetArray().Select(static v => v.GetString()).ToList();

    /// <summary>A list of whole numbers of 32 bits.</summary>
    public IList<int> GetIntList() => GetArray().Select(static v => v.GetInt()).ToList();

    /// <summary>A list of whole numbers of 64 bits.</summary>
    public IList<long> GetLongList() => GetArray().Select(static v => v.GetLong()).ToList();

    /// <summary>A list of finite numbers.</summary>
    public IList<double> GetDoubleList() => GetArray().Select(static v => v.GetDouble()).ToList();

    /// <summary>A list of finite numbers of single precision.</summary>
    public IList<float> GetFloatList() => GetArray().Select(static v => v.GetFloat()).ToList();

    /// <summary>A list of decimal numbers.</summary>
    public IList<decimal> GetDecimalList() => GetArray().Select(static v => v.GetDecimal()).ToList();

    /// <summary>A list of booleans.</summary>
    public IList<bool> GetBooleanList() => GetArray().Select(static v => v.GetBoolean()).ToList();

    /// <summary>As <see cref="GetString"/>, without throwing.</summary>
    public bool TryGetString([NotNullWhen(true)] out string? value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToText(this, out value), out error);

    /// <summary>As <see cref="GetInt"/>, without throwing.</summary>
    public bool TryGetInt(out int value, [NotNullWhen(false)] out HoconError? error)
    {
        var problem = HoconConversion.ToLong(this, int.MinValue, int.MaxValue, out var wide);
        value = problem is null ? (int)wide : 0;
        return Succeeds(problem, out error);
    }

    /// <summary>As <see cref="GetLong"/>, without throwing.</summary>
    public bool TryGetLong(out long value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToLong(this, long.MinValue, long.MaxValue, out value), out error);

    /// <summary>As <see cref="GetDouble"/>, without throwing.</summary>
    public bool TryGetDouble(out double value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToDouble(this, out value), out error);

    /// <summary>As <see cref="GetDecimal"/>, without throwing.</summary>
    public bool TryGetDecimal(out decimal value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToDecimal(this, out value), out error);

    /// <summary>As <see cref="GetBoolean"/>, without throwing.</summary>
    public bool TryGetBoolean(out bool value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToBoolean(this, out value), out error);

    /// <summary>As <see cref="GetTimeSpan"/>, without throwing.</summary>
    public bool TryGetTimeSpan(bool allowInfinite, out TimeSpan value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToTimeSpan(this, allowInfinite, out value), out error);

    /// <summary>As <see cref="GetByteSize"/>, without throwing.</summary>
    public bool TryGetByteSize(out long value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToByteSize(this, out value), out error);

    /// <summary>As <see cref="GetArray"/>, without throwing.</summary>
    public bool TryGetList(out IReadOnlyList<HoconValue> value, [NotNullWhen(false)] out HoconError? error) =>
        Succeeds(HoconConversion.ToList(this, out value), out error);

    /// <summary>The value as a configuration of its own, whose root it is.</summary>
    public Config ToConfig() => new(GetObject());

    /// <summary>A configuration that holds this value at one key.</summary>
    public Config AtKey(string key) => new(new HoconObject(new() { [key] = this }, Origin));

    /// <summary>The value as HOCON that parses to the same value.</summary>
    public override string ToString() => HoconRenderer.Render(this, json: false);

    /// <summary>The value as JSON.</summary>
    public string ToJson() => HoconRenderer.Render(this, json: true);

    private static T Ensure<T>(bool succeeded, T value, HoconError? error) => succeeded ? value : throw new HoconException(error!);

    private bool Succeeds((HoconErrorKind Kind, string Message)? problem, [NotNullWhen(false)] out HoconError? error)
    {
        error = problem is { } found ? new HoconError(found.Kind, found.Message, Origin) : null;
        return error is null;
    }
}
