using System.Buffers;
using System.Net.Sockets;

namespace ActorP2P.Transport;

/// <summary>
/// Reads of a socket for somebody who takes little at a time: an SslStream asks for one TLS record. While the socket brings
/// all it is asked for, more is read at once and handed out from a buffer; a copy costs less than a system call. The
/// buffer is held only while bytes in it wait to be handed out, so an idle connection has none. One reader at a time.
/// </summary>
internal sealed class AheadReader(Socket socket)
{
    /// <summary>What is read at once.</summary>
    public const int BufferBytes = 128 * 1024;

    // A shorter request that is filled does not say that much waits.
    private const int MinRequestBytes = 8 * 1024;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private bool _muchWaits;

    /// <summary>True while bytes wait that the socket no longer has.</summary>
    public bool HoldsBuffer => _buffer is not null;

    /// <summary>Reads some bytes; 0 at the remote's orderly end.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        if (HoldsBuffer)
        {
            return ValueTask.FromResult(Take(destination.Span));
        }

        return _muchWaits ? FillAsync(destination, cancellation) : ReadDirectAsync(destination, cancellation);
    }

    private ValueTask<int> ReadDirectAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        var receiving = socket.ReceiveAsync(destination, SocketFlags.None, cancellation);
        if (!receiving.IsCompletedSuccessfully)
        {
            return receiving;
        }

        var count = receiving.Result;
        _muchWaits = count == destination.Length && count >= MinRequestBytes;
        return ValueTask.FromResult(count);
    }

    private async ValueTask<int> FillAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        // Not given back when the read fails: the kernel may still write to it.
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        (_start, _end) = (0, await socket.ReceiveAsync(buffer.AsMemory(0, BufferBytes), SocketFlags.None, cancellation));
        _muchWaits = _end >= BufferBytes / 4;
        _buffer = buffer;
        return Take(destination.Span);
    }

    private int Take(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        if (_start == _end)
        {
            ArrayPool<byte>.Shared.Return(_buffer!);
            _buffer = null;
        }

        return count;
    }
}
