using System.Net;
using System.Security.Cryptography;
using System.Text;
using ActorP2P.Protocol.Admission;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>
/// The admission limiter behind a lock: the transport asks it from its own threads before it spends anything on a
/// connection, the server tells it when a handshake has ended.
/// </summary>
internal sealed class AdmissionGate
{
    private readonly NodeEnvironment _environment;
    private readonly Lock _gate = new();
    private AdmissionLimiter _limiter;
    private int _links;

    public AdmissionGate(NodeEnvironment environment)
    {
        _environment = environment;
        _limiter = NewLimiter();
    }

    /// <summary>Links that exist now.</summary>
    public int Links
    {
        set => Volatile.Write(ref _links, value);
    }

    /// <summary>Handshakes under way.</summary>
    public int HalfOpen
    {
        get
        {
            lock (_gate)
            {
                return _limiter.HalfOpen;
            }
        }
    }

    /// <summary>The host part of ip:port or [ip]:port.</summary>
    public static string SourceIp(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        return (colon < 0 ? endpoint : endpoint[..colon]).Trim('[', ']');
    }

    /// <summary>What the TLS handshake of a connection took at this end; null where it was not measured.</summary>
    public static TimeSpan? TlsCpu(ITransportConnection connection) => connection.Tls?.HandshakeCpu is { Ticks: > 0 } cpu ? cpu : null;

    /// <summary>True when a connection from there may begin a handshake; it counts as half open from now on.</summary>
    public bool MayAccept(string sourceIp)
    {
        AdmissionVerdict verdict;
        lock (_gate)
        {
            verdict = _limiter.TryAdmit(Parse(sourceIp), Volatile.Read(ref _links), _environment.Time.GetUtcNow());
        }

        if (verdict == AdmissionVerdict.Admitted)
        {
            return true;
        }

        _environment.Counters.Add("link.refused." + ReasonName.Of(verdict));
        return false;
    }

    /// <summary>An admitted connection's TLS handshake has ended and took this much, where it was measured.</summary>
    public void SettleTls(string sourceIp, TimeSpan? cpu)
    {
        if (cpu is { } measured)
        {
            lock (_gate)
            {
                _limiter.SettleTls(Parse(sourceIp), measured, _environment.Time.GetUtcNow());
            }
        }
    }

    /// <summary>An admitted connection's handshake has ended.</summary>
    public void Ended(string sourceIp, bool isMember, TimeSpan? tlsCpu)
    {
        lock (_gate)
        {
            if (isMember)
            {
                _limiter.FinishedAsMember(Parse(sourceIp), tlsCpu, _environment.Time.GetUtcNow());
            }
            else
            {
                _limiter.Finished();
            }
        }
    }

    /// <summary>True when a handshake from there may take this step now.</summary>
    public bool MayCompute(string sourceIp, AdmissionStep step)
    {
        lock (_gate)
        {
            return _limiter.TrySpend(Parse(sourceIp), step, _environment.Time.GetUtcNow());
        }
    }

    /// <summary>A member answered there when we dialled: it may dial us from there.</summary>
    public void NoteMember(string sourceIp)
    {
        lock (_gate)
        {
            _limiter.NoteMember(Parse(sourceIp), _environment.Time.GetUtcNow());
        }
    }

    /// <summary>Nothing is half open: the server that would have reported the ends is gone.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _limiter = NewLimiter();
        }
    }

    // Configured members have a member's allowance from the start: a flood may be under way before the first has proven itself.
    private AdmissionLimiter NewLimiter()
    {
        var now = _environment.Time.GetUtcNow();
        var limiter = new AdmissionLimiter(_environment.Settings.Admission, _environment.Settings.Tls.Enabled, now);
        foreach (var peer in _environment.Settings.Network.Peers)
        {
            if (IPAddress.TryParse(SourceIp(peer.Address), out var address))
            {
                limiter.NoteMember(address, now);
            }
        }

        return limiter;
    }

    // The memory transport's hosts have names; each stands for an address of its own.
    private static IPAddress Parse(string sourceIp) => IPAddress.TryParse(sourceIp, out var address)
        ? address
        : new IPAddress(SHA256.HashData(Encoding.UTF8.GetBytes(sourceIp)).AsSpan(0, 16));
}
