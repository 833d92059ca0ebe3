namespace ActorP2P.Simulation;

/// <summary>
/// The judge of multicasts: a node is given what goes to a topic that it follows at that moment, once and from whom it
/// says, and everything that was sent to a topic while it followed it and goes on following it.
/// </summary>
public sealed class TopicBook(int seed, Func<TimeSpan> now, Action<string> violated)
{
    private readonly Dictionary<(int Origin, int Number), TopicPage> _pages = [];
    private readonly HashSet<(int Node, string Topic)> _followers = [];

    /// <summary>Messages that were sent.</summary>
    public int Published => _pages.Count;

    /// <summary>Messages times the nodes that had to be given them.</summary>
    public int Expected => _pages.Values.Sum(static page => page.Followers.Count);

    /// <summary>Of these, those that were.</summary>
    public int Delivered => _pages.Values.Sum(static page => page.Followers.Count(page.Receivers.Contains));

    /// <summary>One that is missing, in words; null when none is.</summary>
    public string? Missing => (
        from page in _pages.Values
        from node in page.Followers
        where !page.Receivers.Contains(node)
        select FormattableString.Invariant($"node {node} lacks what node {page.Origin} sent to {page.Topic} at {page.PublishedAt.TotalSeconds:0.000} s")).FirstOrDefault();

    /// <summary>A node follows a topic from now on, or leaves it; true when it follows it.</summary>
    public bool Toggle(int node, string topic)
    {
        if (_followers.Add((node, topic)))
        {
            return true;
        }

        Leave(node, topic);
        return false;
    }

    /// <summary>A node sends to a topic, one that it follows or not.</summary>
    public void Publish(BroadcastPayload payload, string topic) => _pages[(payload.Origin, payload.Number)] = new TopicPage(
        payload.Origin, topic, now(), [.. _followers.Where(it => it.Topic == topic && it.Node != payload.Origin).Select(static it => it.Node)]);

    /// <summary>A module was given a message of a topic.</summary>
    public void Deliver(int receiver, int origin, string topic, ReadOnlySpan<byte> payload)
    {
        if (!BroadcastPayload.TryReadWhole(seed, payload, out var read) || read.Origin != origin
            || !_pages.TryGetValue((origin, read.Number), out var page) || page.Topic != topic)
        {
            violated($"node {receiver} was given a message that node {origin} never sent to {topic}");
        }
        else if (!_followers.Contains((receiver, topic)))
        {
            violated($"node {receiver} was given a message to {topic}, which it does not follow");
        }
        else if (!page.Receivers.Add(receiver))
        {
            violated($"node {receiver} was given message {read.Number} of node {origin} to {topic} twice");
        }
    }

    /// <summary>A node's life ended: it follows nothing.</summary>
    public void Forget(int node)
    {
        foreach (var page in _pages.Values)
        {
            page.Receivers.Remove(node);
        }

        foreach (var (_, topic) in _followers.Where(it => it.Node == node).ToArray())
        {
            Leave(node, topic);
        }
    }

    // What it left before it came need not come any more.
    private void Leave(int node, string topic)
    {
        _followers.Remove((node, topic));
        foreach (var page in _pages.Values.Where(page => page.Topic == topic && !page.Receivers.Contains(node)))
        {
            page.Followers.Remove(node);
        }
    }

    private sealed record TopicPage(int Origin, string Topic, TimeSpan PublishedAt, HashSet<int> Followers)
    {
        internal HashSet<int> Receivers { get; } = [];
    }
}
