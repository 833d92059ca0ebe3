namespace ActorP2P.Protocol.Settings;

/// <summary><c>actorp2p.modules</c>: what modules may hold and keep waiting, per namespace.</summary>
/// <param name="WindowMessages">Messages of one type that a module without a demand of its own may have in its mailbox.</param>
/// <param name="WindowBytes">And bytes of them.</param>
/// <param name="WaitingBytes">Bytes of one namespace that wait for slow modules, half of them for one type.</param>
/// <param name="SlowAfter">A module that has kept messages waiting for so long is reported.</param>
public sealed record ModuleSettings(int WindowMessages, long WindowBytes, long WaitingBytes, TimeSpan SlowAfter);

/// <summary>How much of a message type its module wants to hold at once, and that it says itself what it has consumed.</summary>
/// <param name="WindowMessages">Messages handed over and not yet consumed, at least 1.</param>
/// <param name="WindowBytes">Bytes of them; null: <c>modules.window-bytes</c>. A message that is larger comes alone.</param>
public sealed record Demand(int WindowMessages, long? WindowBytes = null);
