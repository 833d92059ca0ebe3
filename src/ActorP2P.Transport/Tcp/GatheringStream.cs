using System.Buffers;
using System.Net.Sockets;

namespace ActorP2P.Transport;

/// <summary>
/// The stream below an SslStream, which writes each TLS record by itself. Between <see cref="BeginGather"/> and
/// <see cref="EndGatherAsync"/> records are collected and leave in system calls of up to 128 KiB; a copy costs a tenth
/// of what a system call and a wake-up of the reader cost. Outside of it everything leaves at once. Reads are larger than
/// SslStream's, too (<see cref="AheadReader"/>).
/// </summary>
internal sealed class GatheringStream(Socket socket) : Stream
{
    private const int GatheredBytes = 128 * 1024;

    private readonly AheadReader _ahead = new(socket);
    private byte[]? _gathered;
    private int _used;

    /// <summary>Watches the handshake; null once it is done.</summary>
    public HandshakeGuard? Guard { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Collects from here on. One gathering at a time.</summary>
    public void BeginGather()
    {
        _gathered = ArrayPool<byte>.Shared.Rent(GatheredBytes);
        _used = 0;
    }

    /// <summary>Sends what was collected. After a failed write the buffer is left to the garbage collector: the kernel may still read it.</summary>
    public async ValueTask EndGatherAsync()
    {
        await SendGatheredAsync(CancellationToken.None);
        ArrayPool<byte>.Shared.Return(_gathered!);
        _gathered = null;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_gathered is null || buffer.Length > _gathered.Length)
        {
            await SendGatheredAsync(cancellationToken);
            var sending = socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
            Guard?.Pause();
            await sending;
            Guard?.Resume();
            return;
        }

        if (_used + buffer.Length > _gathered.Length)
        {
            await SendGatheredAsync(cancellationToken);
        }

        buffer.CopyTo(_gathered.AsMemory(_used));
        _used += buffer.Length;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Guard is { } guard ? ReadAsync(guard, buffer, cancellationToken) : _ahead.ReadAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reads are asynchronous.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Writes are asynchronous.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> ReadAsync(HandshakeGuard guard, Memory<byte> buffer, CancellationToken cancellation)
    {
        var receiving = socket.ReceiveAsync(buffer, SocketFlags.None, cancellation);
        guard.Pause();
        var count = await receiving;
        guard.Resume();
        guard.Count(count);
        return count;
    }

    private async ValueTask SendGatheredAsync(CancellationToken cancellation)
    {
        if (_used > 0)
        {
            await socket.SendAsync(_gathered.AsMemory(0, _used), SocketFlags.None, cancellation);
            _used = 0;
        }
    }
}
