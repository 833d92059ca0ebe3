using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorP2P.Protocol.Frames;

namespace ActorP2P.Tests.Shared;

/// <summary>Which way bytes go through a <see cref="RecordingProxy"/>.</summary>
public enum ProxyDirection
{
    /// <summary>From who dialled the proxy to its target.</summary>
    ToTarget,

    /// <summary>From the target back.</summary>
    ToDialler,
}

/// <summary>One frame on its way through the proxy.</summary>
/// <param name="Connection">Number of the connection, from 0.</param>
/// <param name="Direction">Its direction.</param>
/// <param name="Index">Its place among the frames of this connection and direction, from 0.</param>
/// <param name="Header">The decoded header.</param>
/// <param name="Bytes">Header and body; a copy that a hook may change.</param>
public sealed record ProxiedFrame(int Connection, ProxyDirection Direction, long Index, FrameHeader Header, byte[] Bytes);

/// <summary>
/// A TCP proxy on the loopback interface, the attacker on the wire of a test: it records every byte of both directions
/// and changes, drops, repeats or reorders what it passes on. Frames can be told apart on links without TLS only.
/// Link this file into a test project with <c>&lt;Compile Include="../Shared/RecordingProxy.cs" /&gt;</c>.
/// </summary>
public sealed class RecordingProxy : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int MaxFrameBodyBytes = 64 * 1024 * 1024;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _target;
    private readonly bool _frames;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, (Socket Dialler, Socket Target)> _open = new();
    private readonly ConcurrentBag<Task> _pumps = [];
    private readonly Dictionary<ProxyDirection, MemoryStream> _recorded = new()
    {
        [ProxyDirection.ToTarget] = new MemoryStream(),
        [ProxyDirection.ToDialler] = new MemoryStream(),
    };

    private readonly Task _accepting;
    private int _connections;

    private RecordingProxy(IPEndPoint target, bool frames)
    {
        _target = target;
        _frames = frames;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Endpoint = _listener.LocalEndPoint!.ToString()!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where to dial instead of the target.</summary>
    public string Endpoint { get; }

    /// <summary>Connections that came in so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What is passed on in place of a frame; null passes it on as it is. Needs <c>frames: true</c>.</summary>
    public Func<ProxiedFrame, IReadOnlyList<byte[]>>? OnFrame { get; set; }

    /// <summary>What is passed on in place of the bytes of one read, which may be changed in place; null passes them on.</summary>
    public Func<ProxyDirection, byte[], byte[]>? OnBytes { get; set; }

    /// <summary>Starts a proxy in front of an <c>ip:port</c>.</summary>
    /// <param name="target">Where the connections go.</param>
    /// <param name="frames">True cuts the streams into frames; only for links without TLS.</param>
    public static RecordingProxy Start(string target, bool frames = false) => new(IPEndPoint.Parse(target), frames);

    /// <summary>Every byte received in one direction so far, of all connections.</summary>
    public byte[] Recorded(ProxyDirection direction)
    {
        lock (_recorded)
        {
            return _recorded[direction].ToArray();
        }
    }

    /// <summary>True when these bytes were seen on the wire, in either direction.</summary>
    public bool HasSeen(ReadOnlySpan<byte> bytes) =>
        Recorded(ProxyDirection.ToTarget).AsSpan().IndexOf(bytes) >= 0 || Recorded(ProxyDirection.ToDialler).AsSpan().IndexOf(bytes) >= 0;

    /// <summary>Resets all connections; new ones are served.</summary>
    public void Cut()
    {
        foreach (var (dialler, target) in _open.Values)
        {
            Reset(dialler);
            Reset(target);
        }
    }

    /// <summary>Ends the proxy with all its connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        await Task.WhenAll(_pumps);
        _stop.Dispose();
    }

    /// <summary>A copy with one bit of the body flipped, the middle one; of the header when the body is empty.</summary>
    public static byte[] Flip(ProxiedFrame frame)
    {
        var flipped = (byte[])frame.Bytes.Clone();
        var at = flipped.Length == FrameHeader.LengthBytes
            ? FrameHeader.LengthBytes - 1
            : FrameHeader.LengthBytes + ((flipped.Length - FrameHeader.LengthBytes) / 2);
        flipped[at] ^= 0x10;
        return flipped;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var dialler = await _listener.AcceptAsync(_stop.Token);
                _pumps.Add(ServeAsync(dialler, Interlocked.Increment(ref _connections) - 1));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy ends.
        }
    }

    private async Task ServeAsync(Socket dialler, int number)
    {
        var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _open[number] = (dialler, target);
        try
        {
            dialler.NoDelay = target.NoDelay = true;
            await target.ConnectAsync(_target, _stop.Token);
            await Task.WhenAll(
                PumpAsync(dialler, target, number, ProxyDirection.ToTarget),
                PumpAsync(target, dialler, number, ProxyDirection.ToDialler));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone: so is the connection.
        }
        finally
        {
            _open.TryRemove(number, out _);
            Reset(dialler);
            Reset(target);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int connection, ProxyDirection direction)
    {
        var buffer = new byte[BufferBytes];
        var cutter = new FrameCutter(connection, direction);
        while (true)
        {
            int count;
            try
            {
                count = await from.ReceiveAsync(buffer.AsMemory(), _stop.Token);
            }
            catch (SocketException)
            {
                // A reset on one side is passed on as one.
                Reset(to);
                throw;
            }

            if (count == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            var bytes = buffer[..count];
            Record(direction, bytes);
            bytes = OnBytes?.Invoke(direction, bytes) ?? bytes;
            foreach (var part in _frames ? cutter.Cut(bytes, frame => OnFrame?.Invoke(frame) ?? [frame.Bytes]) : [bytes])
            {
                await to.SendAsync(part.AsMemory(), _stop.Token);
            }
        }
    }

    private void Record(ProxyDirection direction, byte[] bytes)
    {
        lock (_recorded)
        {
            _recorded[direction].Write(bytes);
        }
    }

    private sealed class FrameCutter(int connection, ProxyDirection direction)
    {
        private byte[] _tail = [];
        private long _count;

        public List<byte[]> Cut(byte[] bytes, Func<ProxiedFrame, IReadOnlyList<byte[]>> replace)
        {
            var rest = new Memory<byte>([.. _tail, .. bytes]);
            var passed = new List<byte[]>();
            FrameError error;
            while (FrameSplitter.TryTake(ref rest, MaxFrameBodyBytes, out var frame, out error))
            {
                passed.AddRange(replace(new ProxiedFrame(connection, direction, _count++, frame.Header, frame.Bytes.ToArray())));
            }

            if (error != FrameError.None)
            {
                throw new InvalidOperationException($"These are no frames ({error}): is TLS on?");
            }

            _tail = rest.ToArray();
            return passed;
        }
    }
}
