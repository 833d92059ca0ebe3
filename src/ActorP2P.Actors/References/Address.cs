using System.Diagnostics.CodeAnalysis;

namespace ActorP2P.Actors;

/// <summary>Names an actor system: <c>akka://system</c>, or <c>akka.tcp://system@host:port</c> when it can be reached from elsewhere.</summary>
public sealed class Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>Stands for every system.</summary>
    public static readonly Address AllSystems = new("akka", "all-systems");

    /// <summary>An address; <paramref name="host"/>, kept in lower case, and <paramref name="port"/> are null when local.</summary>
    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        // Names of hosts do not distinguish case.
        Host = host?.ToLowerInvariant();
        Port = port;
    }

    /// <summary>The scheme.</summary>
    public string Protocol { get; }

    /// <summary>The name of the actor system.</summary>
    public string System { get; }

    /// <summary>The host, null when local.</summary>
    public string? Host { get; }

    /// <summary>The port, null when local.</summary>
    public int? Port { get; }

    /// <summary>Whether the address means something in this process only.</summary>
    public bool HasLocalScope => string.IsNullOrEmpty(Host);

    /// <summary>Whether the address means something elsewhere too.</summary>
    public bool HasGlobalScope => !HasLocalScope;

    /// <summary>Equality of all four parts.</summary>
    public static bool operator ==(Address? left, Address? right) => Equals(left, right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(Address? left, Address? right) => !Equals(left, right);

    /// <summary>Reads an address. Throws <see cref="UriFormatException"/> when it is none.</summary>
    public static Address Parse(string address) =>
        TryParse(address, out var parsed) ? parsed : throw new UriFormatException($"Cannot parse an Address: {address}");

    /// <summary>Reads <c>protocol://system[@host:port]</c>; the protocol begins with <c>akka</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Address? address)
    {
        address = null;
        var scheme = text?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        if (scheme <= 0 || !text!.StartsWith("akka", StringComparison.OrdinalIgnoreCase))
            return false;
        var protocol = text[..scheme].ToLowerInvariant();
        var rest = text[(scheme + 3)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
            rest = rest[..slash];
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var system = at < 0 ? rest : rest[..at];
        if (system.Length == 0)
            return false;
        if (at < 0)
        {
            address = new Address(protocol, system);
            return true;
        }

        var colon = rest.LastIndexOf(':');
        if (colon <= at + 1 || !int.TryParse(rest.AsSpan(colon + 1), out var port) || port is < 0 or > 65535)
            return false;
        address = new Address(protocol, system, rest[(at + 1)..colon], port);
        return true;
    }

    /// <summary>The same address with another protocol.</summary>
    public Address WithProtocol(string protocol) => new(protocol, System, Host, Port);

    /// <summary>The same address with another system.</summary>
    public Address WithSystem(string system) => new(Protocol, system, Host, Port);

    /// <summary>The same address with another host.</summary>
    public Address WithHost(string? host = null) => new(Protocol, System, host, Port);

    /// <summary>The same address with another port.</summary>
    public Address WithPort(int? port = null) => new(Protocol, System, Host, port);

    /// <inheritdoc/>
    public bool Equals(Address? other) =>
        ReferenceEquals(this, other) || (other is not null && Port == other.Port && Host == other.Host
            && System == other.System && Protocol == other.Protocol);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Address);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    /// <inheritdoc/>
    public int CompareTo(Address? other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    /// <inheritdoc/>
    public override string ToString() =>
        HasLocalScope ? $"{Protocol}://{System}" : $"{Protocol}://{System}@{Host}:{Port}";
}
