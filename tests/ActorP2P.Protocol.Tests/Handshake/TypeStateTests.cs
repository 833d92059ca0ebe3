using System.Reflection;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Tests.Handshake;

/// <summary>Whoever holds a session has a finished handshake behind it: there is no other way to make one.</summary>
public sealed class TypeStateTests
{
    private static readonly Type[] Products =
        [typeof(PairSession), typeof(NamespaceSession), typeof(RecordSealer), typeof(RecordOpener), typeof(HandshakeResponder), typeof(HandshakeInitiator)];

    [Fact]
    public void No_session_sealer_or_opener_has_a_public_constructor() =>
        Assert.All(Products, product => Assert.Empty(product.GetConstructors()));

    [Fact]
    public void A_pair_session_comes_from_a_finished_handshake_alone()
    {
        Assert.Equal(["HandshakeResult+Done.Session", "TunnelHandshakeEffect+Established.Session"], PublicSourcesOf(typeof(PairSession)));
        Assert.Equal(["PairSession.Derive", "PairSession.Link"], PublicSourcesOf(typeof(NamespaceSession)).Where(source => source.StartsWith("PairSession", StringComparison.Ordinal)));
        Assert.Equal(["NamespaceSession.Sealer"], PublicSourcesOf(typeof(RecordSealer)));
        Assert.Equal(["NamespaceSession.Opener"], PublicSourcesOf(typeof(RecordOpener)));
        Assert.Equal(["HandshakeResult+Awaiting.Next"], PublicSourcesOf(typeof(HandshakeResponder)));
    }

    [Fact]
    public void No_session_can_be_copied()
    {
        Assert.All(Products, product => Assert.True(product is { IsClass: true, IsSealed: true }));
        Assert.All(Products, product => Assert.Null(product.GetMethod("<Clone>$")));
    }

    private static IEnumerable<string> PublicSourcesOf(Type product)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in typeof(PairSession).Assembly.GetTypes().Where(type => type.IsVisible))
        {
            const BindingFlags Visible = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            found.UnionWith(type.GetMethods(Visible).Where(method => !method.IsSpecialName && method.ReturnType == product).Select(method => $"{Name(type)}.{method.Name}"));
            found.UnionWith(type.GetProperties(Visible).Where(property => property.PropertyType == product).Select(property => $"{Name(type)}.{property.Name}"));
        }

        return found;
    }

    private static string Name(Type type) => type.FullName![(type.Namespace!.Length + 1)..];
}
