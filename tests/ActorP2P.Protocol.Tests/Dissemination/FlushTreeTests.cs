using ActorP2P.Protocol.Dissemination;

namespace ActorP2P.Protocol.Tests.Dissemination;

/// <summary>The hash tree of a flush, against the vectors of Certificate Transparency and against itself.</summary>
public sealed class FlushTreeTests
{
    private static readonly string[] Contents = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696A6B6C6D6E6F"];

    [Theory]
    [InlineData(1, "6E340B9CFFB37A989CA544E6BB780A2C78901D3FB33738768511A30617AFA01D")]
    [InlineData(2, "FAC54203E7CC696CF0DFCB42C92A1D9DBAF70AD9E621F4BD8D98662F00E3C125")]
    [InlineData(3, "AEB6BCFE274B70A14FB067A5E5578264DB0FA9B51AF5E0BA159158F329E06E77")]
    [InlineData(4, "D37EE418976DD95753C1C73862B9398FA2A2CF9B4FF0FDFE8B30CD95209614B7")]
    [InlineData(5, "4E3BBB1F7B478DCFE71FB631631519A3BCA12C9AEFCA1612BFCE4C13A86264D4")]
    [InlineData(7, "DDB89BE403809E325750D3D263CD78929C2942B7942A34B77E122C9594A74C8C")]
    [InlineData(8, "5DC9DA79A70659A9AD559CB701DED9A2AB9D823AAD2F4960CFE370EFF4604328")]
    public void Its_root_is_the_one_of_RFC_6962(int leaves, string root) =>
        Assert.Equal(root, Convert.ToHexString(FlushTree.Build([.. Contents[..leaves].Select(static hex => FlushTree.Leaf(Convert.FromHexString(hex)))]).Root));

    [Fact]
    public void Every_leaf_of_every_size_leads_to_the_root_and_at_no_other_place()
    {
        for (var count = 1; count <= FlushTree.MaxLeaves; count++)
        {
            var leaves = Enumerable.Range(0, count).Select(static i => FlushTree.Leaf([(byte)i])).ToArray();
            var (root, paths) = FlushTree.Build(leaves);
            for (var index = 0; index < count; index++)
            {
                var path = paths[index];
                Assert.Equal(path.Count, FlushTree.PathLength(index, count));
                Assert.InRange(path.Count, 0, 6);
                var bytes = path.SelectMany(static hash => hash).ToArray();
                Assert.Equal(root, FlushTree.RootOf(leaves[index], index, count, bytes));
                var other = (index + 1) % count;
                if (other != index && FlushTree.PathLength(other, count) == path.Count)
                {
                    Assert.NotEqual(root, FlushTree.RootOf(leaves[index], other, count, bytes));
                }
            }
        }
    }
}
