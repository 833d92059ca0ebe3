namespace ActorP2P.Protocol.Dissemination;

/// <summary>What all origins of a namespace hold together.</summary>
internal sealed class RetainedTotal
{
    internal long Bytes { get; private set; }

    internal int Messages { get; private set; }

    internal void Add(RetainedMessage message)
    {
        Bytes += message.SizeBytes;
        Messages++;
    }

    internal void Remove(RetainedMessage message)
    {
        Bytes -= message.SizeBytes;
        Messages--;
    }
}
