using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P;

/// <summary>Relations between keys. One whose keys are wrong by themselves is not reported as well.</summary>
internal static class SettingsRelations
{
    // What sealing adds to a record: the frame header and the AEAD's tag.
    private const int SealedOverheadBytes = FrameHeader.LengthBytes + 16;

    // Room in a handshake message beside the certificate chain: keys, nonces, signature, MACs.
    private const int HandshakeFixedBytes = 4 * 1024;

    public static void Check(P2PSettings settings, SettingsSection root, List<SettingsError> errors)
    {
        var check = new Checker(root, errors, [.. errors.Select(static e => e.Path)]);
        CheckSecurity(settings, check);
        CheckRekey(settings.Rekey, check);
        CheckLink(settings, check);
        CheckChannel(settings.Channel, check);
        check.That(
            settings.Modules.WaitingBytes / 2 >= settings.Channel.MaxMessageBytes,
            ("modules", "waiting-bytes"),
            [("channel", "max-message-bytes")],
            $"{SettingsText.OfSize(settings.Modules.WaitingBytes)} is below two messages of channel.max-message-bytes = {SettingsText.OfSize(settings.Channel.MaxMessageBytes)}: one type gets half of it");
        CheckTimes(settings, check);
        CheckGossip(settings, check);
        CheckNamespaces(settings, check);
    }

    private static void CheckSecurity(P2PSettings s, Checker check)
    {
        check.That(
            s.Tls.Enabled || s.Encryption.Enabled || s.Network.Insecure,
            ("network", "insecure"),
            [("tls", "enabled"), ("encryption", "enabled")],
            "tls.enabled and encryption.enabled are both off: payload would travel in the clear; set insecure = on if you want that");
        check.That(
            s.Encryption.Suites.Count > 0,
            ("encryption", "suites"),
            [],
            "names no suite; the handshake needs one also when encryption.enabled is off");
        check.That(
            string.IsNullOrEmpty(s.Tls.KeyFile) == string.IsNullOrEmpty(s.Tls.CertificateFile),
            ("tls", "key-file"),
            [("tls", "certificate-file")],
            "tls.key-file and tls.certificate-file are set together or not at all");
        check.That(
            !s.Tls.Enabled || s.Identity.Curve == "p256" || !string.IsNullOrEmpty(s.Tls.CertificateFile),
            ("tls", "certificate-file"),
            [("identity", "curve"), ("tls", "enabled")],
            $"TLS 1.3 cannot use certificates of curve {s.Identity.Curve}: name P-256 files in tls.key-file, tls.certificate-file and tls.ca-file");
        var denied = s.Identity.DenyNodeIds.Select(Parse).ToHashSet();
        foreach (var id in s.Identity.AllowNodeIds.Where(id => denied.Contains(Parse(id))))
        {
            check.That(false, ("identity", "allow-node-ids"), [("identity", "deny-node-ids")], $"{id[..12]}... is in deny-node-ids too");
        }
    }

    private static void CheckRekey(RekeySettings r, Checker check)
    {
        check.That(
            r.AfterRecords * 2 <= r.MaxRecordsPerKey,
            ("rekey", "after-records"),
            [("rekey", "max-records-per-key")],
            $"is more than half of max-records-per-key = {r.MaxRecordsPerKey}: the hard stop would come before fresh keys");
        check.That(
            r.MinInterval < r.After,
            ("rekey", "min-interval"),
            [("rekey", "after")],
            "is not less than after");
    }

    private static void CheckLink(P2PSettings s, Checker check)
    {
        var frame = s.Link.MaxFrameBytes;
        check.AtMost(("channel", "chunk-bytes"), s.Channel.ChunkBytes, ("link", "max-frame-bytes"), frame);
        check.That(
            s.Channel.MaxRecordBytes + SealedOverheadBytes <= frame,
            ("channel", "max-record-bytes"),
            [("link", "max-frame-bytes")],
            $"{SettingsText.OfSize(s.Channel.MaxRecordBytes)} and {SealedOverheadBytes} bytes of header and tag do not fit into link.max-frame-bytes = {SettingsText.OfSize(frame)}");
        check.AtMost(("link", "max-frame-bytes"), frame, ("link", "max-write-bytes"), s.Link.MaxWriteBytes);
        check.AtMost(("link", "max-frame-bytes"), frame, ("link", "lane-queue-bytes"), s.Link.LaneQueueBytes);
        check.AtMost(("link", "max-frame-bytes"), frame, ("link", "unbound-session-bytes"), s.Link.UnboundSessionBytes);
        check.AtMost(("admission", "handshake-max-bytes"), s.Admission.HandshakeMaxBytes, ("link", "max-frame-bytes"), frame);
        check.That(
            s.Identity.MaxChainBytes + HandshakeFixedBytes <= s.Admission.HandshakeMaxBytes,
            ("identity", "max-chain-bytes"),
            [("admission", "handshake-max-bytes")],
            $"{SettingsText.OfSize(s.Identity.MaxChainBytes)} and {SettingsText.OfSize(HandshakeFixedBytes)} of other fields do not fit into admission.handshake-max-bytes = {SettingsText.OfSize(s.Admission.HandshakeMaxBytes)}");
    }

    private static void CheckChannel(ChannelSettings c, Checker check)
    {
        check.AtMost(("channel", "chunk-bytes"), c.ChunkBytes, ("channel", "max-record-bytes"), c.MaxRecordBytes);
        check.AtMost(("channel", "max-record-bytes"), c.MaxRecordBytes, ("channel", "window-bytes"), c.WindowBytes);
        check.AtMost(("channel", "max-message-bytes"), c.MaxMessageBytes, ("channel", "queue-bytes"), c.QueueBytes);
        check.AtMost(("channel", "max-message-bytes"), c.MaxMessageBytes, ("channel", "reassembly-share-bytes"), c.ReassemblyShareBytes);
        check.AtMost(("channel", "reassembly-share-bytes"), c.ReassemblyShareBytes, ("channel", "reassembly-budget-bytes"), c.ReassemblyBudgetBytes);
    }

    private static void CheckTimes(P2PSettings s, Checker check)
    {
        check.NotAfter(("reconnect", "min-delay"), s.Reconnect.MinDelay, ("reconnect", "max-delay"), s.Reconnect.MaxDelay);
        check.That(
            s.Liveness.AcceptablePause + s.Liveness.BeatInterval >= 2 * s.Liveness.BeatInterval,
            ("liveness", "acceptable-pause"),
            [("liveness", "beat-interval")],
            $"{SettingsText.OfDuration(s.Liveness.AcceptablePause)} is less than one beat-interval of {SettingsText.OfDuration(s.Liveness.BeatInterval)}: one late beat would cut the link");
        check.That(
            s.StateSync.ExpireAfter >= 2 * s.StateSync.RepublishInterval,
            ("state-sync", "expire-after"),
            [("state-sync", "republish-interval")],
            $"{SettingsText.OfDuration(s.StateSync.ExpireAfter)} is less than twice republish-interval = {SettingsText.OfDuration(s.StateSync.RepublishInterval)}: live nodes would be given up");
    }

    private static void CheckGossip(P2PSettings s, Checker check)
    {
        var d = s.Dissemination;
        check.That(
            d.DedupWindow >= d.RetentionMessages,
            ("dissemination", "dedup-window"),
            [("dissemination", "retention-messages")],
            $"{d.DedupWindow} is below retention-messages = {d.RetentionMessages}: a repaired message could not be told from a repeated one");
        check.That(d.DedupWindow % 64 == 0, ("dissemination", "dedup-window"), [], $"{d.DedupWindow} is not a multiple of 64");
        check.That(
            d.RetentionBytes >= s.Channel.MaxMessageBytes,
            ("dissemination", "retention-bytes"),
            [("channel", "max-message-bytes")],
            $"{SettingsText.OfSize(d.RetentionBytes)} cannot hold one message of channel.max-message-bytes = {SettingsText.OfSize(s.Channel.MaxMessageBytes)}");
        check.That(
            d.AssemblyBytes >= 3L * s.Channel.MaxMessageBytes,
            ("dissemination", "assembly-bytes"),
            [("channel", "max-message-bytes")],
            $"{SettingsText.OfSize(d.AssemblyBytes)} is below three messages of channel.max-message-bytes = {SettingsText.OfSize(s.Channel.MaxMessageBytes)}: one origin gets half of it");
        check.AtMost(("dissemination", "retention-bytes"), d.RetentionBytes, ("dissemination", "retention-total-bytes"), d.RetentionTotalBytes);
        check.AtMost(("state-sync", "max-link-state-bytes"), s.StateSync.MaxLinkStateBytes, ("state-sync", "max-answer-bytes"), s.StateSync.MaxAnswerBytes);
        check.AtMost(("state-sync", "max-interests-bytes"), s.StateSync.MaxInterestsBytes, ("state-sync", "max-answer-bytes"), s.StateSync.MaxAnswerBytes);
        check.AtMost(("state-sync", "max-status-bytes"), s.StateSync.MaxStatusBytes, ("state-sync", "max-answer-bytes"), s.StateSync.MaxAnswerBytes);
        check.AtMost(("state-sync", "max-answer-bytes"), s.StateSync.MaxAnswerBytes, ("state-sync", "reply-burst-bytes"), s.StateSync.ReplyBurstBytes);
        check.AtMost(("state-sync", "max-status-value-bytes"), s.StateSync.MaxStatusValueBytes, ("state-sync", "max-status-bytes"), s.StateSync.MaxStatusBytes);
    }

    private static void CheckNamespaces(P2PSettings s, Checker check)
    {
        check.That(
            s.NamespaceDefaults.MaxNamespaces <= s.Link.MaxNamespaces,
            ("namespace-defaults", "max-namespaces"),
            [("link", "max-namespaces")],
            $"{s.NamespaceDefaults.MaxNamespaces} is above link.max-namespaces = {s.Link.MaxNamespaces}");
        check.That(
            s.Namespaces.Count <= s.NamespaceDefaults.MaxNamespaces,
            ("namespace-defaults", "max-namespaces"),
            [],
            $"{s.NamespaceDefaults.MaxNamespaces} is below the number of namespaces opened at start, {s.Namespaces.Count}");
        foreach (var opened in s.Namespaces.Where(n => n.Topics.Count > s.Dissemination.MaxTopics))
        {
            check.That(false, ("dissemination", "max-topics"), [], $"{s.Dissemination.MaxTopics} is below the {opened.Topics.Count} topics of namespace {opened.Name}");
        }

        foreach (var opened in s.Namespaces)
        {
            var bytes = InterestsBody.LengthBytes(opened.Topics, opened.Protocols);
            check.That(
                bytes <= s.StateSync.MaxInterestsBytes,
                ("state-sync", "max-interests-bytes"),
                [],
                $"{s.StateSync.MaxInterestsBytes} is below the {bytes} bytes of the topics and protocols of namespace {opened.Name}");
        }
    }

    private static NodeId? Parse(string hex) => NodeId.TryParse(hex, out var id) ? id : null;

    private sealed class Checker(SettingsSection root, List<SettingsError> errors, HashSet<string> wrong)
    {
        public void AtMost((string Section, string Key) key, long value, (string Section, string Key) bound, long limit) =>
            That(value <= limit, key, [bound], $"{SettingsText.OfSize(value)} is above {bound.Section}.{bound.Key} = {SettingsText.OfSize(limit)}");

        public void NotAfter((string Section, string Key) key, TimeSpan value, (string Section, string Key) bound, TimeSpan limit) =>
            That(value <= limit, key, [bound], $"{SettingsText.OfDuration(value)} is above {bound.Section}.{bound.Key} = {SettingsText.OfDuration(limit)}");

        public void That(bool holds, (string Section, string Key) key, ReadOnlySpan<(string Section, string Key)> others, string message)
        {
            if (holds || IsWrong(key))
            {
                return;
            }

            foreach (var other in others)
            {
                if (IsWrong(other))
                {
                    return;
                }
            }

            var origin = root.Child(key.Section)?.OriginOf(key.Key);
            errors.Add(new SettingsError($"{root.Path}.{key.Section}.{key.Key}", message, origin));
        }

        // A list's errors stand at its elements.
        private bool IsWrong((string Section, string Key) key)
        {
            var path = $"{root.Path}.{key.Section}.{key.Key}";
            return wrong.Any(w => w == path || w.StartsWith(path + '.', StringComparison.Ordinal) || w == $"{root.Path}.{key.Section}");
        }
    }
}
