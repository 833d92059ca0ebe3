using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Tests.Session;

public sealed class SecretBytesTests
{
    [Fact]
    public void A_secret_is_zero_at_first_and_zero_again_once_disposed()
    {
        var secret = new SecretBytes(32);
        var span = secret.Span;
        Assert.True(span.IndexOfAnyExcept((byte)0) < 0);
        span.Fill(7);
        secret.Dispose();
        Assert.True(span.IndexOfAnyExcept((byte)0) < 0);
        Assert.True(secret.Span.IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal(32, secret.Span.Length);
    }

    [Fact]
    public void A_place_given_back_twice_is_used_once()
    {
        var first = new SecretBytes(16);
        first.Dispose();
        first.Dispose();
        using var second = new SecretBytes(16);
        using var third = new SecretBytes(16);
        second.Span.Fill(2);
        third.Span.Fill(3);
        Assert.Equal(2, second.Span[0]);
        Assert.Equal(0, first.Span[0]);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Many_secrets_of_any_length_do_not_touch_each_other(int length)
    {
        var secrets = Enumerable.Range(0, 200).Select(_ => new SecretBytes(length)).ToArray();
        foreach (var (i, secret) in secrets.Index())
        {
            secret.Span.Fill((byte)i);
        }

        Assert.All(secrets.Index(), pair => Assert.Equal(Enumerable.Repeat((byte)pair.Index, length), pair.Item.Span.ToArray()));
        foreach (var secret in secrets)
        {
            secret.Dispose();
        }
    }
}
