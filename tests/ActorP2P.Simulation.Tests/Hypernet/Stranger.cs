using ActorP2P.Protocol.Frames;
using ActorP2P.Transport;

namespace ActorP2P.Simulation.Tests.Physical;

/// <summary>Somebody on the network who is no node: opens connections and writes what he likes.</summary>
internal sealed class Stranger(PhysicalWorld world, string host)
{
    private readonly MemoryTransportPort _port = world.Network.CreatePort(host);

    public List<Attempt> Attempts { get; } = [];

    public Attempt Dial(string address, params byte[][] writes)
    {
        var attempt = new Attempt(writes);
        Attempts.Add(attempt);
        _port.Dial(new DialRequest(address, TimeSpan.FromSeconds(5)), attempt);
        return attempt;
    }

    /// <summary>One connection, or its refusal.</summary>
    internal sealed class Attempt(byte[][] writes) : IDialSink, IConnectionSink
    {
        private readonly Queue<byte[]> _writes = new(writes);
        private ITransportConnection? _connection;

        public TransportFailure? End { get; private set; }

        public List<Frame> Frames { get; } = [];

        public void Dialled(ITransportConnection connection)
        {
            _connection = connection;
            connection.Start(this, 1 << 20);
            Written(0);
        }

        public void DialFailed(DialRequest request, TransportFailure failure) => End = failure;

        public void Received(IReadOnlyList<Frame> frames) => Frames.AddRange(frames);

        public void Written(int bytes)
        {
            if (_writes.TryDequeue(out var next))
            {
                _connection!.Write([next]);
            }
        }

        public void Closed(TransportFailure failure) => End = failure;
    }
}
