using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ActorP2P.Transport;

/// <summary>A socket without TLS. Many frames leave in one gathered system call.</summary>
internal sealed class PlainPipe(Socket socket) : SocketPipe(socket, tls: null)
{
    // Copying a short frame costs less than pinning it and giving it a place of its own in the system call.
    private const int CopyBelowBytes = 2048;

    private readonly List<ArraySegment<byte>> _segments = [];

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) =>
        Socket.ReceiveAsync(buffer, SocketFlags.None, cancellation);

    public override async ValueTask<int> WriteAsync(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        var copiedBytes = 0;
        var total = 0;
        for (var i = 0; i < frames.Count; i++)
        {
            total += frames[i].Length;
            copiedBytes += IsCopied(frames[i]) ? frames[i].Length : 0;
        }

        if (total == 0)
        {
            return 0;
        }

        // Not given back when the write fails: the kernel may still be reading from it.
        var scratch = copiedBytes == 0 ? null : ArrayPool<byte>.Shared.Rent(copiedBytes);
        Gather(frames, scratch);
        var sent = _segments.Count == 1
            ? await Socket.SendAsync(_segments[0].AsMemory(), SocketFlags.None)
            : await Socket.SendAsync(_segments, SocketFlags.None);
        _segments.Clear();
        if (scratch is not null)
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }

        return sent == total ? total : throw new SocketException((int)SocketError.ConnectionAborted);
    }

    public override ValueTask ShutdownAsync()
    {
        Socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    private static bool IsCopied(ReadOnlyMemory<byte> frame) =>
        frame.Length < CopyBelowBytes || !MemoryMarshal.TryGetArray(frame, out _);

    private void Gather(IReadOnlyList<ReadOnlyMemory<byte>> frames, byte[]? scratch)
    {
        _segments.Clear();
        var used = 0;
        var runStart = 0;
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i];
            if (IsCopied(frame))
            {
                frame.CopyTo(scratch.AsMemory(used));
                used += frame.Length;
                continue;
            }

            EndRun(scratch, ref runStart, used);
            MemoryMarshal.TryGetArray(frame, out var segment);
            _segments.Add(segment);
        }

        EndRun(scratch, ref runStart, used);
    }

    private void EndRun(byte[]? scratch, ref int runStart, int used)
    {
        if (used > runStart)
        {
            _segments.Add(new ArraySegment<byte>(scratch!, runStart, used - runStart));
            runStart = used;
        }
    }
}
