using ActorP2P.Protocol.Identity.Revocation;

namespace ActorP2P.Protocol.Settings;

/// <summary>
/// All settings of a node, as read from the <c>actorp2p</c> section. No member has a default here:
/// <c>hocon/reference.conf</c> is the one source, where each key's unit, source and trade-off stand.
/// </summary>
public sealed record P2PSettings(
    NetworkSettings Network,
    IdentitySettings Identity,
    CrlSettings Crl,
    RotationSettings Rotation,
    SuccessionSettings Succession,
    TlsSettings Tls,
    SuitesSettings Suites,
    EncryptionSettings Encryption,
    RekeySettings Rekey,
    AdmissionSettings Admission,
    ReconnectSettings Reconnect,
    DiscoverySettings Discovery,
    LivenessSettings Liveness,
    LinkSettings Link,
    ChannelSettings Channel,
    RoutingSettings Routing,
    DisseminationSettings Dissemination,
    StateSyncSettings StateSync,
    EventSettings Events,
    SupervisionSettings Supervision,
    NamespaceDefaults NamespaceDefaults,
    ModuleSettings Modules,
    AdminSettings Admin,
    IReadOnlyList<NamespaceSettings> Namespaces);

/// <summary><c>actorp2p.network</c>: who we are on the wire and whom we dial.</summary>
/// <param name="Id">Network name; its SHA-256 goes into every handshake. Nodes of another network are refused.</param>
/// <param name="Listen">host:port list to bind.</param>
/// <param name="Advertise">host:port list that others should dial; empty means the bound ones.</param>
/// <param name="Peers">Members to dial for ever.</param>
/// <param name="DataDirectory">Where the epoch is kept.</param>
/// <param name="Insecure">Must be true when TLS and encryption are both off.</param>
public sealed record NetworkSettings(
    string Id,
    IReadOnlyList<string> Listen,
    IReadOnlyList<string> Advertise,
    IReadOnlyList<PeerAddress> Peers,
    string DataDirectory,
    bool Insecure);

/// <summary>A configured member.</summary>
/// <param name="Address">host:port.</param>
/// <param name="NodeIdHex">128 hex digits, or null when any member may answer there.</param>
public sealed record PeerAddress(string Address, string? NodeIdHex);

/// <summary><c>actorp2p.identity</c>: the three files of a consortium node.</summary>
public sealed record IdentitySettings(
    string Curve,
    string KeyFile,
    string CertificateFile,
    string CaFile,
    string KeyPasswordEnvironmentVariable,
    IReadOnlyList<string> AllowNodeIds,
    IReadOnlyList<string> DenyNodeIds,
    int MaxChainCertificates,
    int MaxChainBytes,
    string AllowFile,
    string DenyFile);

/// <summary><c>actorp2p.crl</c>: certificate revocation lists, read from files alone.</summary>
/// <param name="Files">PEM files; several lists may stand in one.</param>
/// <param name="Stale">What a list whose nextUpdate has passed means.</param>
/// <param name="MaxFileBytes">Longest file.</param>
public sealed record CrlSettings(IReadOnlyList<string> Files, StaleListPolicy Stale, int MaxFileBytes);

/// <summary><c>actorp2p.rotation</c>: certificates and lists that change while the node runs.</summary>
/// <param name="Watch">Notice by itself when a file changes.</param>
/// <param name="PollInterval">Files are compared this often without a notification of the file system.</param>
/// <param name="Debounce">Quiet time after a notification before files are read.</param>
/// <param name="RootOverlap">A root that a new CA file no longer names stays trusted for so long.</param>
/// <param name="ExpiryWarningDays">Days before the end of a certificate at which it is announced, descending.</param>
public sealed record RotationSettings(
    bool Watch,
    TimeSpan PollInterval,
    TimeSpan Debounce,
    TimeSpan RootOverlap,
    IReadOnlyList<int> ExpiryWarningDays);

/// <summary><c>actorp2p.tls</c>. Empty file names mean the identity's own files.</summary>
public sealed record TlsSettings(bool Enabled, string KeyFile, string CertificateFile, string CaFile, TimeSpan HandshakeTimeout);

/// <summary><c>actorp2p.suites</c>: algorithms from outside.</summary>
/// <param name="Providers">Type names of <see cref="ISuiteProvider"/>s, each <c>Namespace.Type, Assembly</c>.</param>
public sealed record SuitesSettings(IReadOnlyList<string> Providers);

/// <summary><c>actorp2p.encryption</c>: our own records.</summary>
/// <param name="Enabled">Off is allowed under TLS only, or with <c>network.insecure</c>.</param>
/// <param name="Suites">AEAD names in order of preference.</param>
public sealed record EncryptionSettings(bool Enabled, IReadOnlyList<string> Suites);

/// <summary><c>actorp2p.admission</c>: what is spent on a remote before it is authenticated.</summary>
public sealed record AdmissionSettings(
    TimeSpan HandshakeTimeout,
    int HandshakeMaxBytes,
    int MaxHalfOpen,
    double RatePerSecond,
    int Burst,
    double MemberRatePerSecond,
    int MemberBurst,
    double CpuShare,
    double MemberCpuShare,
    double AcceptCpuShare,
    int MaxTrackedAddresses,
    int MaxLinks);

/// <summary><c>actorp2p.reconnect</c>: decorrelated back-off.</summary>
public sealed record ReconnectSettings(
    TimeSpan MinDelay,
    TimeSpan MaxDelay,
    double Multiplier,
    TimeSpan StableAfter,
    int MaxConcurrentDials,
    double DialsPerSecond,
    TimeSpan DialTimeout,
    TimeSpan AddressStagger);

/// <summary><c>actorp2p.liveness</c>: phi-accrual failure detection per link.</summary>
public sealed record LivenessSettings(
    TimeSpan BeatInterval,
    double PhiThreshold,
    TimeSpan AcceptablePause,
    TimeSpan MinStdDeviation,
    int SampleSize,
    TimeSpan RttProbeInterval,
    TimeSpan DuplicateProbeTimeout);

/// <summary><c>actorp2p.link</c>: queues and writes of one link.</summary>
public sealed record LinkSettings(
    int MaxFrameBytes,
    int MaxWriteBytes,
    int LaneQueueBytes,
    int UnboundSessionBytes,
    int MaxNamespaces,
    IReadOnlyList<int> LaneWeights,
    TimeSpan DrainTimeout);

/// <summary><c>actorp2p.channel</c>: one (peer, namespace) message channel.</summary>
public sealed record ChannelSettings(
    int MaxMessageBytes,
    int ChunkBytes,
    int MaxRecordBytes,
    int WindowBytes,
    int QueueBytes,
    int MaxPendingRequests,
    long ReassemblyBudgetBytes,
    long ReassemblyShareBytes,
    TimeSpan ReassemblyTimeout,
    TimeSpan AckDelay,
    TimeSpan MaxRequestTimeout,
    int MaxTypeNameBytes);

/// <summary><c>actorp2p.dissemination</c>: multicast and broadcast.</summary>
public sealed record DisseminationSettings(
    TimeSpan RetentionTime,
    long RetentionBytes,
    long RetentionTotalBytes,
    int RetentionMessages,
    int DedupWindow,
    TimeSpan AnnounceInterval,
    TimeSpan WantDelay,
    TimeSpan WantTimeout,
    int MaxAnnouncedIds,
    long AssemblyBytes,
    int MaxPendingUnknownOrigin,
    long MaxPendingUnknownOriginBytes,
    int MaxTopics,
    int MaxTopicBytes,
    IReadOnlyList<string> UnsignedNamespaces);

/// <summary><c>actorp2p.namespace-defaults</c> and limits on what modules may ask for.</summary>
public sealed record NamespaceDefaults(
    int MaxNamespaces,
    int MaxModuleTypes,
    int MaxObservers);

/// <summary>One entry of <c>actorp2p.namespaces</c>: opened at start.</summary>
/// <param name="Name">The namespace's name, 1 to 128 bytes of UTF-8.</param>
/// <param name="Topics">Topics subscribed from the start.</param>
/// <param name="Protocols">Protocols of our modules, with version ranges.</param>
/// <param name="Members">Node IDs that may take part, in hex; null: every member of the network. From the configuration alone.</param>
/// <param name="MembersFile">File with more of them, one a line; empty for none.</param>
public sealed record NamespaceSettings(
    string Name,
    IReadOnlyList<string> Topics,
    IReadOnlyList<ProtocolRange> Protocols,
    IReadOnlyList<string>? Members = null,
    string MembersFile = "");

/// <summary>A protocol with the versions a module speaks, advertised to the namespace.</summary>
public sealed record ProtocolRange(string Id, int MinVersion, int MaxVersion);
