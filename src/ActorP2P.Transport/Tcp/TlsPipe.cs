using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;

namespace ActorP2P.Transport;

/// <summary>A socket under TLS. Short frames share TLS records; a TLS record costs as much as a kilobyte of data.</summary>
internal sealed class TlsPipe(Socket socket, GatheringStream records, SslStream stream, TlsBinding binding) : SocketPipe(socket, binding)
{
    // The longest TLS record (RFC 8446, section 5.1): a frame of at least this length fills records by itself.
    private const int MaxTlsRecordBytes = 16 * 1024;
    private const int ScratchBytes = 4 * MaxTlsRecordBytes;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        stream.ReadAsync(buffer, cancellation);

    public override async ValueTask<int> WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        records.BeginGather();
        var total = await WriteRecordsAsync(frames);
        await records.EndGatherAsync();
        return total;
    }

    public override async ValueTask ShutdownAsync()
    {
        await stream.ShutdownAsync();
        Socket.Shutdown(SocketShutdown.Send);
    }

    public override void Dispose()
    {
        // The socket first: disposing the stream must not try to send anything more.
        base.Dispose();
        stream.Dispose();
    }

    private async ValueTask<int> WriteRecordsAsync(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        if (frames.Count == 1)
        {
            await stream.WriteAsync(frames[0]);
            return frames[0].Length;
        }

        byte[]? scratch = null;
        var used = 0;
        var total = 0;
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i];
            total += frame.Length;
            var alone = frame.Length >= MaxTlsRecordBytes;
            if (used > 0 && (alone || used + frame.Length > ScratchBytes))
            {
                await stream.WriteAsync(scratch.AsMemory(0, used));
                used = 0;
            }

            if (alone)
            {
                await stream.WriteAsync(frame);
                continue;
            }

            scratch ??= ArrayPool<byte>.Shared.Rent(ScratchBytes);
            frame.CopyTo(scratch.AsMemory(used));
            used += frame.Length;
        }

        if (used > 0)
        {
            await stream.WriteAsync(scratch.AsMemory(0, used));
        }

        // Not given back when the write fails: it may still be read from.
        if (scratch is not null)
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        return total;
    }
}
