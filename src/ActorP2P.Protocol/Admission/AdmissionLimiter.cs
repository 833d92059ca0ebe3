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

    /// <summary>Attempts from addresses of its kind cost as much CPU time as they may.</summary>
    CpuBudgetSpent,
}

/// <summary>
/// What is spent on a remote before it is authenticated: a token bucket for each source address (WireGuard's
/// 20 a second, burst 5), a more generous one for addresses that members have proven, a cap on handshakes
/// under way, and a share of one core for all strangers together and one for all members' addresses, so that a flood
/// from many addresses keeps no member out. The table of addresses is bounded: the one not heard of for longest goes, and its bucket with it.
/// </summary>
public sealed class AdmissionLimiter
{
    private const int Ipv4LengthBytes = 4;

    private const double MsPerSecond = 1000;

    // Of the handshakes under way one in so many is kept for members: strangers may fill the rest and be silent.
    private const int MembersReserve = 4;

    private readonly AdmissionSettings _settings;
    private readonly double _admissionMs;
    private readonly Dictionary<IPAddress, LinkedListNode<Entry>> _strangers = [];
    private readonly LinkedList<Entry> _byAge = [];
    private readonly Dictionary<IPAddress, TokenBucket> _members = [];
    private readonly Queue<IPAddress> _membersByAge = new();
    private TokenBucket _strangersCpuMs;
    private TokenBucket _membersCpuMs;

    /// <summary>Makes a limiter with empty tables.</summary>
    /// <param name="settings"><c>actorp2p.admission</c>.</param>
    /// <param name="tls">True when each attempt begins with a TLS handshake.</param>
    /// <param name="now">The present.</param>
    public AdmissionLimiter(AdmissionSettings settings, bool tls, DateTimeOffset now)
    {
        _settings = settings;
        _admissionMs = AdmissionCosts.AcceptMs + (tls ? AdmissionCosts.TlsMs : 0);
        _strangersCpuMs = new TokenBucket(settings.CpuShare * MsPerSecond, settings.CpuShare * MsPerSecond, now);
        _membersCpuMs = new TokenBucket(settings.MemberCpuShare * MsPerSecond, settings.MemberCpuShare * MsPerSecond, now);
    }

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

        if (HalfOpen >= (_members.ContainsKey(source) ? _settings.MaxHalfOpen : _settings.MaxHalfOpen - (_settings.MaxHalfOpen / MembersReserve)))
        {
            return AdmissionVerdict.TooManyHalfOpen;
        }

        if (!CpuOf(source).TryTake(_admissionMs, now))
        {
            return AdmissionVerdict.CpuBudgetSpent;
        }

        HalfOpen++;
        return AdmissionVerdict.Admitted;
    }

    /// <summary>An admitted connection wants to be computed for. False: close it.</summary>
    public bool TrySpend(IPAddress address, AdmissionStep step, DateTimeOffset now) =>
        CpuOf(SourceOf(address)).TryTake(AdmissionCosts.Ms(step), now);

    /// <summary>An admitted connection's TLS handshake is over, one way or the other: what it took in truth replaces what it was accounted with.</summary>
    /// <remarks>It may leave a debt: a remote that made us compute for longer than foreseen has spent its kind's share ahead.</remarks>
    public void SettleTls(IPAddress address, TimeSpan cpu, DateTimeOffset now)
    {
        ref var bucket = ref CpuOf(SourceOf(address));
        var more = cpu.TotalMilliseconds - AdmissionCosts.TlsMs;
        if (more > 0)
        {
            bucket.Charge(more, now);
        }
        else
        {
            bucket.Return(-more, now);
        }
    }

    /// <summary>An admitted connection's handshake ended without proof.</summary>
    public void Finished() => HalfOpen = Math.Max(0, HalfOpen - 1);

    /// <summary>An admitted connection's handshake proved a member: what it cost is no longer a stranger's.</summary>
    /// <param name="address">Its source address.</param>
    /// <param name="tlsCpu">What <see cref="SettleTls"/> was told; null when it was not.</param>
    /// <param name="now">The present.</param>
    public void FinishedAsMember(IPAddress address, TimeSpan? tlsCpu, DateTimeOffset now)
    {
        Finished();
        var admission = tlsCpu is { } cpu ? AdmissionCosts.AcceptMs + cpu.TotalMilliseconds : _admissionMs;
        var spent = admission + AdmissionCosts.Ms(AdmissionStep.Hello) + AdmissionCosts.Ms(AdmissionStep.Proof);
        CpuOf(SourceOf(address)).Return(spent, now);
        NoteMember(address, now);
    }

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

    private ref TokenBucket CpuOf(IPAddress source)
    {
        if (_members.ContainsKey(source))
        {
            return ref _membersCpuMs;
        }

        return ref _strangersCpuMs;
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
