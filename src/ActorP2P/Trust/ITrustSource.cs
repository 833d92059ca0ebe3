using System.Numerics;

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

    /// <summary>
    /// Saves the highest numbers of revocation lists in force, so that they count at the next start, on a thread of its own.
    /// Of several calls the last one is saved last.
    /// </summary>
    /// <param name="numbers">By issuer reference.</param>
    /// <param name="saved">Told null, or why they were not saved, in one line.</param>
    void KeepNumbers(IReadOnlyDictionary<string, BigInteger> numbers, Action<string?> saved);

    /// <summary>
    /// Saves the statements that led to this node's key, so that they are shown after the next start, too, on a thread of its own.
    /// Of several calls the last one is saved last.
    /// </summary>
    /// <param name="statements">As they travel; the former ones are replaced.</param>
    /// <param name="saved">Told null, or why they were not saved, in one line.</param>
    void KeepSuccessions(IReadOnlyList<ReadOnlyMemory<byte>> statements, Action<string?> saved);

    /// <summary>Hands over nothing more.</summary>
    void Stop();
}
