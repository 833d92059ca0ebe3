using ActorP2P.Protocol.Gossip;

namespace ActorP2P;

/// <summary>What is known of a member's state in one namespace: its sections come and go one by one.</summary>
/// <param name="Interests">Topics and protocols; null when they are not known.</param>
/// <param name="Status">Status entries; null when it set none, or they are not known.</param>
/// <param name="InterestsEpoch">Epoch of the interests.</param>
/// <param name="StatusEpoch">Epoch of the status.</param>
/// <param name="StatusSeq">Seq of the status.</param>
internal sealed record MemberState(InterestsBody? Interests, StatusBody? Status, ulong InterestsEpoch, ulong StatusEpoch, ulong StatusSeq)
{
    public static MemberState Unknown { get; } = new(null, null, 0, 0, 0);

    public bool IsKnown => Interests is not null || Status is not null;

    /// <summary>Of its newest section.</summary>
    public ulong Epoch => Math.Max(InterestsEpoch, StatusEpoch);

    public IReadOnlyList<string> Topics => Interests?.Topics ?? [];

    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Entries => (Status ?? StatusBody.Empty).Entries;

    public MemberState With(StateBody section, ulong epoch, ulong seq) => section switch
    {
        InterestsBody interests => this with { Interests = interests, InterestsEpoch = epoch },
        StatusBody status => this with { Status = status, StatusEpoch = epoch, StatusSeq = seq },
        _ => throw new ArgumentException($"{section.Section} is no section of a namespace.", nameof(section)),
    };

    public MemberState Without(StateSection section) => section == StateSection.Interests
        ? this with { Interests = null, InterestsEpoch = 0 }
        : this with { Status = null, StatusEpoch = 0, StatusSeq = 0 };
}
