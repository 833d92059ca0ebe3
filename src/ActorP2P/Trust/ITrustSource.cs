namespace ActorP2P;

/// <summary>
/// Where a node's certificates and lists come from while it runs. It reads on threads of its own and hands over what it
/// read; it judges nothing.
/// </summary>
public interface ITrustSource
{
    /// <summary>Hands everything that is read from now on to <paramref name="read"/>, in place of any former receiver.</summary>
    void Start(Action<TrustFiles> read);

    /// <summary>Reads at once, whether anything changed or not; the result goes to the receiver.</summary>
    void RequestRead();

    /// <summary>Hands over nothing more.</summary>
    void Stop();
}
