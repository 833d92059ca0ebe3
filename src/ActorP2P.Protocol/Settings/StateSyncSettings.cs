namespace ActorP2P.Protocol.Settings;

/// <summary><c>actorp2p.state-sync</c>: seq gossip, for link state and namespace state alike.</summary>
/// <param name="AnnounceInterval">Between two announcements of what is held.</param>
/// <param name="AnnounceJitter">By which part the interval varies, 0 to 0.9.</param>
/// <param name="Fanout">Neighbours told at each announcement, and those a push is passed on to.</param>
/// <param name="PushOnChange">Our own changes are pushed at once, and others' pushes passed on.</param>
/// <param name="PushDebounce">Changes of our own are gathered this long.</param>
/// <param name="MinChangeInterval">Least time between two changes of one section, ours and everybody else's.</param>
/// <param name="MaxLinkStateBytes">Length of a link state.</param>
/// <param name="MaxInterestsBytes">Length of a node's interests in a namespace.</param>
/// <param name="MaxStatusBytes">Length of a node's status in a namespace.</param>
/// <param name="MaxOrigins">Owners of whom a section is held, for each section.</param>
/// <param name="MaxAnswerBytes">States in one answer, in bytes.</param>
/// <param name="ReplyBytesPerSecond">What one neighbour may make us reply, in bytes a second.</param>
/// <param name="ReplyBurstBytes">The same at once.</param>
/// <param name="MaxStatusEntries">Status entries of one owner.</param>
/// <param name="MaxStatusValueBytes">Length of a status value.</param>
/// <param name="HeldFor">How long a state waits for its owner's certificate.</param>
/// <param name="RepublishInterval">After which an unchanged state is signed again.</param>
/// <param name="ExpireAfter">After which a state that was not signed again is given up.</param>
public sealed record StateSyncSettings(
    TimeSpan AnnounceInterval,
    double AnnounceJitter,
    int Fanout,
    bool PushOnChange,
    TimeSpan PushDebounce,
    TimeSpan MinChangeInterval,
    int MaxLinkStateBytes,
    int MaxInterestsBytes,
    int MaxStatusBytes,
    int MaxOrigins,
    int MaxAnswerBytes,
    int ReplyBytesPerSecond,
    int ReplyBurstBytes,
    int MaxStatusEntries,
    int MaxStatusValueBytes,
    TimeSpan HeldFor,
    TimeSpan RepublishInterval,
    TimeSpan ExpireAfter);
