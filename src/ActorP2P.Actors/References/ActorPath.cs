using System.Text;

namespace ActorP2P.Actors;

/// <summary>The place of an actor in the tree, such as <c>akka://system/user/a/b</c>, with a unique id for each use of the name.</summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    /// <summary>What a name may hold besides letters and digits; it must not start with <c>$</c>.</summary>
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    // FNV-1a, 64 bit (Fowler, Noll, Vo): the same on every run, so traces of two runs can be compared.
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private ulong _stableHash;

    private protected ActorPath(string name, long uid)
    {
        Name = name;
        Uid = uid;
    }

    /// <summary>The last element.</summary>
    public string Name { get; }

    /// <summary>Distinguishes incarnations of one name; 0 when unknown.</summary>
    public long Uid { get; }

    /// <summary>The path above; the root is its own parent.</summary>
    public abstract ActorPath Parent { get; }

    /// <summary>The root of the tree.</summary>
    public abstract ActorPath Root { get; }

    /// <summary>The system the path belongs to.</summary>
    public abstract Address Address { get; }

    /// <summary>The names from below the root to here.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new List<string>();
            for (var path = this; path is not RootActorPath; path = path.Parent)
                elements.Add(path.Name);
            elements.Reverse();
            return elements;
        }
    }

    /// <summary>The number of elements; 0 for the root.</summary>
    public int Depth
    {
        get
        {
            var depth = 0;
            for (var path = this; path is not RootActorPath; path = path.Parent)
                depth++;
            return depth;
        }
    }

    /// <summary>A hash of the path without its unique id that is the same in every process.</summary>
    internal ulong StableHash
    {
        get
        {
            if (_stableHash == 0)
            {
                var hash = this is RootActorPath ? FnvOffset : Parent.StableHash;
                foreach (var c in this is RootActorPath ? Address.System : Name)
                    hash = (hash ^ c) * FnvPrime;
                _stableHash = (hash ^ '/') * FnvPrime;
            }

            return _stableHash;
        }
    }

    /// <summary>The path of a child; <c>name#uid</c> sets the unique id.</summary>
    public static ActorPath operator /(ActorPath path, string name)
    {
        var (child, uid) = SplitUid(name);
        return new ChildActorPath(path, child, uid);
    }

    /// <summary>The path of a descendant.</summary>
    public static ActorPath operator /(ActorPath path, IEnumerable<string> names) =>
        names.Where(n => n.Length > 0).Aggregate(path, (current, name) => current / name);

    /// <summary>Equality by address and names; the unique id does not count, as in Akka.NET.</summary>
    public static bool operator ==(ActorPath? left, ActorPath? right) => Equals(left, right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(ActorPath? left, ActorPath? right) => !Equals(left, right);

    /// <summary>Whether a name is allowed: not empty, not starting with <c>$</c>, only letters, digits, <see cref="ValidSymbols"/> and %-escapes.</summary>
    public static bool IsValidPathElement(string? s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$')
            return false;
        for (var i = 0; i < s.Length; i++)
        {
            var c = s[i];
            if (char.IsAsciiLetterOrDigit(c) || ValidSymbols.Contains(c, StringComparison.Ordinal))
                continue;
            if (c != '%' || i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2]))
                return false;
            i += 2;
        }

        return true;
    }

    /// <summary>Reads a path with its address. Throws <see cref="UriFormatException"/> when it is none.</summary>
    public static ActorPath Parse(string path) =>
        TryParse(path, out var actorPath) ? actorPath : throw new UriFormatException($"Cannot parse an ActorPath: {path}");

    /// <summary>Reads a path with its address, such as <c>akka://system/user/a#17</c>.</summary>
    public static bool TryParse(string? path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ActorPath? actorPath)
    {
        actorPath = null;
        var scheme = path?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (scheme <= 0)
            return false;
        var slash = path!.IndexOf('/', scheme + 3);
        var authority = slash < 0 ? path : path[..slash];
        if (!Address.TryParse(authority, out var address))
            return false;
        ActorPath current = new RootActorPath(address);
        if (slash >= 0)
        {
            foreach (var element in path[(slash + 1)..].Split('/', StringSplitOptions.RemoveEmptyEntries))
                current /= element;
        }

        actorPath = current;
        return true;
    }

    /// <summary>Joins names into <c>a/b/c</c>.</summary>
    public static string FormatPathElements(IEnumerable<string> pathElements) => string.Join('/', pathElements);

    /// <summary>The same path with another unique id; 0 is none.</summary>
    public abstract ActorPath WithUid(long uid);

    /// <summary>The path of that many elements above this one; a negative number is counted from here.</summary>
    public ActorPath ParentOf(int depth)
    {
        var path = this;
        for (var steps = depth >= 0 ? Depth - depth : -depth; steps > 0 && path is not RootActorPath; steps--)
            path = path.Parent;
        return path;
    }

    /// <summary>The path of a child.</summary>
    public ActorPath Child(string childName) => this / childName;

    /// <summary><c>/user/a/b</c>.</summary>
    public string ToStringWithoutAddress() => "/" + FormatPathElements(Elements);

    /// <summary><c>akka://system/user/a/b</c>.</summary>
    public string ToStringWithAddress() => ToStringWithAddress(Address);

    /// <summary>The path as seen from another address. One that names host and port itself keeps them.</summary>
    public string ToStringWithAddress(Address address) =>
        $"{(Address is { Host: not null, Port: not null } ? Address : address)}{ToStringWithoutAddress()}";

    /// <summary><c>akka://system/user/a/b#uid</c>.</summary>
    public string ToStringWithUid() => AppendUid(ToString());

    /// <summary>The form that crosses process borders: with address and unique id.</summary>
    public string ToSerializationFormat() => AppendUid(ToStringWithAddress());

    /// <summary>The form that crosses process borders, from another address.</summary>
    public string ToSerializationFormatWithAddress(Address address) => AppendUid(ToStringWithAddress(address));

    /// <inheritdoc/>
    public override string ToString() => ToStringWithAddress();

    /// <inheritdoc/>
    public override int GetHashCode() => StableHash.GetHashCode();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    /// <inheritdoc/>
    public bool Equals(ActorPath? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || StableHash != other.StableHash)
            return false;
        ActorPath a = this, b = other;
        while (a is not RootActorPath && b is not RootActorPath)
        {
            if (!string.Equals(a.Name, b.Name, StringComparison.Ordinal))
                return false;
            a = a.Parent;
            b = b.Parent;
            if (ReferenceEquals(a, b))
                return true;
        }

        return a is RootActorPath && b is RootActorPath && a.Address.Equals(b.Address);
    }

    /// <inheritdoc/>
    public int CompareTo(ActorPath? other) =>
        other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    internal static (string Name, long Uid) SplitUid(string name)
    {
        var hash = name.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 || !long.TryParse(name.AsSpan(hash + 1), out var uid) ? (name, 0) : (name[..hash], uid);
    }

    private string AppendUid(string text) => Uid == 0 ? text : new StringBuilder(text).Append('#').Append(Uid).ToString();
}

/// <summary>The top of a tree.</summary>
public sealed class RootActorPath : ActorPath
{
    /// <summary>The root of the system at an address.</summary>
    public RootActorPath(Address address, string name = "")
        : base(name, 0) => Address = address;

    /// <inheritdoc/>
    public override Address Address { get; }

    /// <inheritdoc/>
    public override ActorPath Parent => this;

    /// <inheritdoc/>
    public override ActorPath Root => this;

    /// <summary>The root has no unique id. Throws <see cref="NotSupportedException"/> for any but 0.</summary>
    public override ActorPath WithUid(long uid) => uid == 0 ? this : throw new NotSupportedException("The root has no unique id.");
}

/// <summary>Any path below the root.</summary>
public sealed class ChildActorPath(ActorPath parentPath, string name, long uid) : ActorPath(name, uid)
{
    /// <inheritdoc/>
    public override ActorPath Parent { get; } = parentPath;

    /// <inheritdoc/>
    public override ActorPath Root => Parent.Root;

    /// <inheritdoc/>
    public override Address Address => Parent.Address;

    /// <inheritdoc/>
    public override ActorPath WithUid(long uid) => uid == Uid ? this : new ChildActorPath(Parent, Name, uid);
}
