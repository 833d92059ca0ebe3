using ActorP2P.Program.Hosting;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Program.Admin;

/// <summary>One client: a request, its answer, the next request; or events until it goes away.</summary>
/// <param name="stream">The connection; the caller disposes it.</param>
/// <param name="settings">Limits.</param>
/// <param name="answers">Finds what is asked.</param>
/// <param name="journal">Has the events.</param>
/// <param name="counters">Why connections ended and requests were refused.</param>
internal sealed class AdminSession(Stream stream, AdminSettings settings, IAdminAnswers answers, EventJournal journal, NodeCounters counters)
{
    private readonly LineReader _reader = new(stream, settings.MaxRequestBytes);

    /// <summary>Serves until the client, a limit or the node ends it.</summary>
    /// <param name="leaving">The node takes no more requests.</param>
    /// <param name="stop">The node waits no longer.</param>
    public async Task RunAsync(CancellationToken leaving, CancellationToken stop)
    {
        try
        {
            var goesOn = true;
            while (goesOn)
            {
                goesOn = await ServeNextAsync(leaving, stop);
            }
        }
        catch (IOException)
        {
            counters.Add("admin.ended.lost");
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested || stop.IsCancellationRequested)
        {
            counters.Add("admin.ended.node-stopped");
        }
    }

    private async Task<bool> ServeNextAsync(CancellationToken leaving, CancellationToken stop)
    {
        var line = await ReadRequestAsync(leaving);
        if (line.End == LineEnd.Closed)
        {
            return false;
        }

        if (line.End == LineEnd.TooLong)
        {
            await RefuseAsync(new AdminError(AdminError.TooLong, $"a request has at most {settings.MaxRequestBytes} bytes"), stop);
            return false;
        }

        if (!AdminRequest.TryParse(line.Bytes, out var request, out var error))
        {
            return await RefuseAsync(error, stop);
        }

        counters.Add("admin.requests");
        if (request.Kind == AdminRequestKind.Events)
        {
            return request.Follow ? await FollowAsync(request.Namespace, stop) : await WriteAsync(EventsAnswer(journal.Recent(request.Namespace)), stop);
        }

        return await WriteAsync(await answers.AnswerAsync(request, stop), stop);
    }

    private async Task<ReceivedLine> ReadRequestAsync(CancellationToken leaving)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(leaving);
        idle.CancelAfter(settings.IdleTimeout);
        try
        {
            return await _reader.ReadAsync(idle.Token);
        }
        catch (OperationCanceledException) when (!leaving.IsCancellationRequested)
        {
            counters.Add("admin.ended.idle");
            return new ReceivedLine(LineEnd.Closed, default);
        }
    }

    private Task<bool> RefuseAsync(AdminError error, CancellationToken stop)
    {
        counters.Add("admin.refused." + error.Code);
        return WriteAsync(error.Line(), stop);
    }

    /// <returns>False when the client did not read in time.</returns>
    private async Task<bool> WriteAsync(ReadOnlyMemory<byte> line, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(settings.RequestTimeout);
        try
        {
            await stream.WriteAsync(line, deadline.Token);
            return true;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            counters.Add("admin.ended.slow-reader");
            return false;
        }
    }

    /// <returns>False: a connection that has followed is over.</returns>
    private async Task<bool> FollowAsync(string? ns, CancellationToken stop)
    {
        var follower = journal.Follow(ns, out var recent);
        try
        {
            if (!await WriteAsync(EventsAnswer(recent), stop))
            {
                return false;
            }

            using var over = CancellationTokenSource.CreateLinkedTokenSource(stop, follower.Overrun);
            var telling = TellAsync(follower, over.Token);
            var listening = ListenAsync(over.Token);
            await Task.WhenAny(telling, listening);
            await over.CancelAsync();
            await Task.WhenAll(telling, listening);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // One of the two ended the other.
            if (follower.IsOverrun)
            {
                counters.Add("admin.ended.slow-reader");
            }
        }
        finally
        {
            journal.Leave(follower);
        }

        return false;
    }

    private async Task TellAsync(EventFollower follower, CancellationToken over)
    {
        await foreach (var line in follower.Lines.ReadAllAsync(over))
        {
            await stream.WriteAsync(line, over);
            follower.Written(line.Length);
        }
    }

    // Whatever the client says while it follows, or its going away, ends it.
    private async Task ListenAsync(CancellationToken over) => await _reader.ReadAsync(over);

    private static ReadOnlyMemory<byte> EventsAnswer(IReadOnlyList<ReadOnlyMemory<byte>> recent) => JsonLine.Format(json =>
    {
        json.WriteString("answer", AdminRequest.NameOf(AdminRequestKind.Events));
        json.WriteStartArray("events");
        foreach (var line in recent)
        {
            // Without its end: a line of ours is an object.
            json.WriteRawValue(line.Span[..^1], skipInputValidation: true);
        }

        json.WriteEndArray();
    });
}
