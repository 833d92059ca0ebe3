using System.Collections.Immutable;
using System.Text;

namespace ActorP2P.Hocon;

/// <summary>A path through objects: <c>a.b."c.d"</c> has the elements a, b and c.d.</summary>
public sealed class HoconPath : IEquatable<HoconPath>
{
    internal HoconPath(ImmutableArray<string> elements) => Elements = elements;

    /// <summary>The path with no elements: the root object.</summary>
    public static HoconPath Root { get; } = new([]);

    /// <summary>The keys, outermost first.</summary>
    public ImmutableArray<string> Elements { get; }

    /// <summary>A path of these keys; dots in a key have no meaning.</summary>
    public static HoconPath Of(params ReadOnlySpan<string> elements) => new([.. elements]);

    /// <summary>
    /// Reads a path as a program writes it: keys separated by dots, a key in double quotes when it holds
    /// a dot. Wider than a path in a document, for which reserved characters must be quoted, as keys
    /// such as <c>/user/*</c> are common in Akka's configuration.
    /// </summary>
    /// <returns>False when an unquoted element is empty or a quote is not closed.</returns>
    public static bool TryParse(string text, out HoconPath path)
    {
        var elements = ImmutableArray.CreateBuilder<string>();
        var element = new StringBuilder();
        var quoted = false;
        path = Root;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                quoted = true;
                var end = AppendQuoted(text, i + 1, element);
                if (end < 0)
                    return false;
                i = end;
            }
            else if (text[i] != '.')
            {
                element.Append(text[i]);
            }
            else if (!Take())
            {
                return false;
            }
        }

        if (!Take())
            return false;
        path = new HoconPath(elements.ToImmutable());
        return true;

        bool Take()
        {
            if (element.Length == 0 && !quoted)
                return false;
            elements.Add(element.ToString());
            element.Clear();
            quoted = false;
            return true;
        }
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <exception cref="HoconException"><see cref="HoconErrorKind.InvalidPath"/>.</exception>
    public static HoconPath Parse(string text) =>
        TryParse(text, out var path)
            ? path
            : throw new HoconException(new HoconError(
                HoconErrorKind.InvalidPath, $"'{text}' is not a path: an element is empty or a quote is open.", new HoconOrigin("path", 0, 0)));

    /// <summary>This path with one more key.</summary>
    public HoconPath Child(string key) => new(Elements.Add(key));

    /// <summary>This path followed by another.</summary>
    public HoconPath Append(HoconPath tail) => tail.Elements.IsEmpty ? this : new(Elements.AddRange(tail.Elements));

    /// <inheritdoc/>
    public bool Equals(HoconPath? other) => other is not null && Elements.AsSpan().SequenceEqual(other.Elements.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as HoconPath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var element in Elements)
            hash.Add(element, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <summary>The path as a document would write it, quoting the keys that need it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var element in Elements)
        {
            if (text.Length > 0)
                text.Append('.');
            if (NeedsQuotes(element))
                HoconRenderer.AppendQuoted(text, element);
            else
                text.Append(element);
        }

        return text.ToString();
    }

    private static bool NeedsQuotes(string element)
    {
        if (element.Length == 0)
            return true;
        foreach (var c in element)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_')
                return true;
        }

        return false;
    }

    private static int AppendQuoted(string text, int from, StringBuilder element)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '"')
                return i;
            if (text[i] != '\\')
                element.Append(text[i]);
            else if (!JsonEscape.TryRead(text, ref i, element))
                return -1;
        }

        return -1;
    }
}
