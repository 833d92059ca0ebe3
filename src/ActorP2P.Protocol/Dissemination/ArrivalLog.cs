namespace ActorP2P.Protocol.Dissemination;

/// <summary>All held messages of all origins in the order of their arrival, so that each peer can be told what is new since it was told last.</summary>
internal sealed class ArrivalLog
{
    private const int CompactFrom = 1024;

    private readonly List<RetainedMessage> _messages = [];
    private int _compactAt = CompactFrom;

    /// <summary>Index that the next message gets.</summary>
    internal long NextIndex { get; private set; }

    internal bool IsEmpty => _messages.Count == 0;

    internal void Append(RetainedMessage message)
    {
        _messages.Add(message);
        NextIndex = message.Index + 1;
        if (_messages.Count >= _compactAt)
        {
            Compact();
        }
    }

    /// <summary>Drops what is held no more.</summary>
    internal void Compact()
    {
        _messages.RemoveAll(static message => !message.IsHeld);
        _compactAt = Math.Max(CompactFrom, 2 * _messages.Count);
    }

    /// <summary>The first held message from an index on.</summary>
    internal RetainedMessage? FirstFrom(long index) => index < NextIndex ? From(index).FirstOrDefault() : null;

    /// <summary>Held messages from an index on, in order.</summary>
    internal IEnumerable<RetainedMessage> From(long index)
    {
        for (var i = LowerBound(index); i < _messages.Count; i++)
        {
            if (_messages[i].IsHeld)
            {
                yield return _messages[i];
            }
        }
    }

    private int LowerBound(long index)
    {
        var low = 0;
        var high = _messages.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_messages[middle].Index < index)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
