using System.Numerics;

namespace ActorP2P.Tests.Network;

/// <summary>Hands over what a test has put there, when asked to.</summary>
internal sealed class TestTrustSource(Func<TrustFiles> read) : ITrustSource
{
    private Action<TrustFiles>? _receiver;

    public void Start(Action<TrustFiles> read) => _receiver = read;

    public void RequestRead() => _receiver?.Invoke(read());

    public void KeepNumbers(IReadOnlyDictionary<string, BigInteger> numbers, Action<string?> saved) => saved(null);

    /// <summary>What a data directory would hold.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Successions { get; private set; } = [];

    public void KeepSuccessions(IReadOnlyList<ReadOnlyMemory<byte>> statements, Action<string?> saved)
    {
        Successions = statements;
        saved(null);
    }

    public void Stop() => _receiver = null;
}
