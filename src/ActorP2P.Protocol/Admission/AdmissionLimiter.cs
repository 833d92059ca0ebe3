using System.Net;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Admission;

/// <summary>Whether a new connection may begin a handshake.</summary>
public enum AdmissionVerdict
{
    /// <summary>It may; give it back with <see cref="AdmissionLimiter.Finished"/>.</summary>
    Admitted,

    /// <summary>Its source address connects too often.</summary>
    RateExceeded,

    /// <summary>Too many handshakes are under way.</summary>
    TooManyHalfOpen,

    /// <summary>As many links as allowed are up.</summary>
    TooManyLinks,
}

/// <summary>
/// What is spent on a remote before it is authenticated: a token bucket for each source address (WireGuard's
/// 20 a second, burst 5), a more generous one for addresses that members have proven, a cap on handshakes
/// under way. The table of addresses is bounded: the one not heard of for longest goes, and its bucket with it.
/// </summary>
public sealed class AdmissionLimiter
{
    private const int Ipv4LengthBytes = 4;

    private readonly AdmissionSettings _settings;
    private readonly Dictionary<IPAddress, LinkedListNode<Entry>> _strangers = [];
    private readonly LinkedList<Entry> _byAge = [];
    private readonly Dictionary<IPAddress, TokenBucket> _members = [];
    private readonly Queue<IPAddress> _membersByAge = new();

    /// <summary>Makes a limiter with empty tables.</summary>
    public AdmissionLimiter(AdmissionSettings settings) => _settings = settings;

    /// <summary>Handshakes under way.</summary>
    public int HalfOpen { get; private set; }

    /// <summary>Stranger addresses in the table.</summary>
    public int TrackedAddresses => _strangers.Count;

    /// <summary>A connection came in. Anything but Admitted: close it at once.</summary>
    /// <param name="address">Source address; IPv6 counts by its /64, which one host owns (RFC 4291, 2.5.4).</param>
    /// <param name="links">Links up now.</param>
    /// <param name="now">The present.</param>
    public AdmissionVerdict TryAdmit(IPAddress address, int links, DateTimeOffset now)
    {
        var source = SourceOf(address);
        if (!TryTake(source, now))
        {
            return AdmissionVerdict.RateExceeded;
        }

        if (links >= _settings.MaxLinks)
        {
            return AdmissionVerdict.TooManyLinks;
        }

        if (HalfOpen >= _settings.MaxHalfOpen)
        {
            return AdmissionVerdict.TooManyHalfOpen;
        }

        HalfOpen++;
        return AdmissionVerdict.Admitted;
    }

    /// <summary>An admitted connection's handshake ended, one way or the other.</summary>
    public void Finished() => HalfOpen = Math.Max(0, HalfOpen - 1);

    /// <summary>A member has proven itself at this address, which from now on has a member's allowance and cannot be pushed out by strangers.</summary>
    public void NoteMember(IPAddress address, DateTimeOffset now)
    {
        var source = SourceOf(address);
        if (_members.ContainsKey(source))
        {
            return;
        }

        if (_members.Count >= _settings.MaxTrackedAddresses && _membersByAge.TryDequeue(out var oldest))
        {
            _members.Remove(oldest);
        }

        _members[source] = new TokenBucket(_settings.MemberRatePerSecond, _settings.MemberBurst, now);
        _membersByAge.Enqueue(source);
    }

    private static IPAddress SourceOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        if (bytes.Length == Ipv4LengthBytes)
        {
            return address;
        }

        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private bool TryTake(IPAddress source, DateTimeOffset now)
    {
        if (_members.TryGetValue(source, out var member))
        {
            var taken = member.TryTake(1, now);
            _members[source] = member;
            return taken;
        }

        if (_strangers.TryGetValue(source, out var node))
        {
            _byAge.Remove(node);
        }
        else
        {
            MakeRoom();
            node = new LinkedListNode<Entry>(new Entry(source, new TokenBucket(_settings.RatePerSecond, _settings.Burst, now)));
            _strangers[source] = node;
        }

        _byAge.AddLast(node);
        return node.ValueRef.TryTake(now);
    }

    private void MakeRoom()
    {
        while (_strangers.Count >= _settings.MaxTrackedAddresses && _byAge.First is { } oldest)
        {
            _byAge.RemoveFirst();
            _strangers.Remove(oldest.Value.Address);
        }
    }

    private struct Entry(IPAddress address, TokenBucket bucket)
    {
        private TokenBucket _bucket = bucket;

        internal readonly IPAddress Address => address;

        internal bool TryTake(DateTimeOffset now) => _bucket.TryTake(1, now);
    }
}
