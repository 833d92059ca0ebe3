namespace ActorP2P.Simulation;

/// <summary>Draws from the seed who sends what, when and to whom, from now on.</summary>
internal sealed class TrafficSchedule(SimulatedNetwork world)
{
    /// <summary>How long sending takes.</summary>
    internal static readonly TimeSpan Span = TimeSpan.FromSeconds(5);

    // Each node follows half of the topics, and of the pairs of node and topic this part changes meanwhile.
    private const double ChangingTopics = 0.3;

    private readonly SimulationOptions _options = world.Options;

    /// <summary>All broadcasts.</summary>
    /// <param name="bytes">Payload of each.</param>
    internal void Broadcasts(int bytes) => EachMessage((node, number) => node.Broadcast(number, bytes));

    /// <summary>All messages to topics, while nodes join and leave topics.</summary>
    internal void Multicasts()
    {
        var random = world.Simulation.Random;
        string[] topics = [.. Enumerable.Range(0, _options.Topics).Select(static number => $"topic-{number}")];
        foreach (var node in world.Alive)
        {
            foreach (var topic in topics)
            {
                if (random.Next(2) == 0)
                {
                    node.Toggle(topic);
                }

                if (random.NextDouble() < ChangingTopics)
                {
                    At(Span * random.NextDouble(), node, () => node.Toggle(topic));
                }
            }
        }

        EachMessage((node, number) => node.Multicast(topics[random.Next(topics.Length)], number));
    }

    /// <summary>All unicasts and requests.</summary>
    internal void Talk()
    {
        // Spread over all nodes, so that their ways cross the whole network.
        var step = world.Nodes.Count / _options.TalkerCount;
        foreach (var node in world.Nodes.Where(node => node.Number % step == 0).Take(_options.TalkerCount))
        {
            for (var i = 0; i < _options.UnicastsPerNode; i++)
            {
                var turn = i;
                TalkOnce(node, to => node.Unicast(to, turn));
            }

            for (var i = 0; i < _options.RequestsPerNode; i++)
            {
                TalkOnce(node, node.Request);
            }
        }
    }

    private void EachMessage(Action<SimulatedNode, int> send)
    {
        foreach (var node in world.Nodes.Take(_options.SenderCount))
        {
            for (var number = 0; number < _options.MessagesPerNode; number++)
            {
                var ours = number;
                At(_options.Burst ? TimeSpan.Zero : Span * world.Simulation.Random.NextDouble(), node, () => send(node, ours));
            }
        }
    }

    private void TalkOnce(SimulatedNode node, Action<SimulatedNode> send)
    {
        var to = world.Nodes[(node.Number + 1 + world.Simulation.Random.Next(world.Nodes.Count - 1)) % world.Nodes.Count];
        At(Span * world.Simulation.Random.NextDouble(), node, () => send(to));
    }

    private void At(TimeSpan delay, SimulatedNode node, Action act) => world.Simulation.Schedule(delay, () =>
    {
        if (node.IsAlive)
        {
            act();
        }
    });
}
