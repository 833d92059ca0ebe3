using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Tunnel;

namespace ActorP2P;

/// <summary>One proven stream of a tunnel: its keys, its core, and the link that runs over it.</summary>
internal sealed class TunnelStreamHost(TunnelConnection connection, TunnelCipher cipher, TunnelStream core, IActorRef link) : IDisposable
{
    // Bytes that may wait unsent before the link must wait with its next write.
    private const int WriteAheadBytes = 64 * 1024;

    private int _writtenBytes;

    public TunnelConnection Connection => connection;

    public TunnelCipher Cipher => cipher;

    public TunnelStream Core => core;

    public IActorRef Link => link;

    /// <summary>True once the far side has shown that it has the same keys.</summary>
    public bool IsProven { get; set; }

    /// <summary>True once the link is over: what it wrote still goes out.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>True once the link reads.</summary>
    public bool IsStarted { get; set; }

    /// <summary>When the stream last carried records of a namespace.</summary>
    public DateTimeOffset UsedAt { get; private set; }

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> frames, DateTimeOffset now)
    {
        foreach (var frame in frames)
        {
            NoteUse(FrameHeader.Read(frame.Span), now);
            core.Write(frame);
            _writtenBytes += frame.Length;
        }
    }

    /// <summary>Tells the link that its write was taken, once it was.</summary>
    public void ReportWritten()
    {
        if (_writtenBytes > 0 && core.WaitingBytes <= WriteAheadBytes && !IsClosing)
        {
            var bytes = _writtenBytes;
            _writtenBytes = 0;
            connection.Written(bytes);
        }
    }

    public void Receive(IReadOnlyList<Frame> frames, DateTimeOffset now)
    {
        foreach (var frame in frames)
        {
            NoteUse(frame.Header, now);
        }

        if (!IsClosing)
        {
            connection.Received(frames);
        }
    }

    /// <summary>The link is over.</summary>
    public void End()
    {
        IsClosing = true;
        core.End();
    }

    /// <summary>When the keys were agreed on.</summary>
    public DateTimeOffset BegunAt { get; private set; }

    public void Begin(DateTimeOffset now) => (BegunAt, UsedAt) = (now, now);

    public void Dispose() => cipher.Dispose();

    private void NoteUse(in FrameHeader header, DateTimeOffset now)
    {
        if (header.Session != 0)
        {
            UsedAt = now;
        }
    }
}
