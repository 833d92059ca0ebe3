using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Xunit.Abstractions;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>
/// What Hyperion is never shown. Left alone it makes room for any length that a member writes, goes as deep as the bytes do until the
/// stack ends, and takes the process with it.
/// </summary>
public sealed class HyperionHostileTests(ITestOutputHelper output)
{
    private const int MaxBytes = 1 << 20;
    private static readonly Type[] Listed =
    [
        typeof(Plain), typeof(Derived), typeof(Colour), typeof(Boxes), typeof(Plain[]), typeof(object[]), typeof(List<int>), typeof(List<Derived>),
        typeof(Dictionary<string, Derived>), typeof(ImmutableArray<int>), typeof(ImmutableList<string>), typeof(HashSet<int>), typeof(Chain), typeof(Empty),
    ];

    private readonly NodeCounters _counters = new();

    public static IReadOnlyList<object> Genuine { get; } =
    [
        new Plain
        {
            Number = int.MinValue, Long = 1, Short = 2, Byte = 3, At = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), Is = true, Text = "text",
            Offset = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)), Id = Guid.NewGuid(), Float = 1.5f, Double = 2.5, Decimal = -3.5m,
            Char = 'x', UShort = 4, UInt = 5, ULong = 6, SByte = -7,
        },
        new Plain { Text = new string('ä', 500) },
        new Derived(1, "base") { Own = 7, Colour = Colour.Red, Maybe = 9, Nothing = null },
        new Boxes
        {
            Items = [1, 2L, "three", 4.0m, new Derived(5, null!), Colour.Red, null!, new object(), true, Guid.NewGuid(), DateTimeOffset.UnixEpoch],
            Bytes = new byte[300], Numbers = [1, 2, 3], Decimals = [1.5m, 2.5m], Texts = ["a", null!, new string('b', 300)],
            Moments = [DateTime.UnixEpoch], Plains = [new Plain { Text = "in" }, null!],
        },
        new List<int> { 1, 2, 3 },
        new List<Derived> { new(1, "a"), new(2, "b") },
        new Dictionary<string, Derived> { ["a"] = new(1, "x"), ["b"] = new(2, "y") },
        ImmutableArray.Create(1, 2, 3),
        ImmutableList.Create("a", "b"),
        Chain.Of(40),
        new HashSet<int> { 1, 2 },
        new Empty(),
    ];

    [Fact]
    public void Every_form_goes_and_comes_with_what_is_in_it()
    {
        var payloads = Payloads();
        foreach (var genuine in Genuine)
        {
            Assert.True(payloads.TrySerialize(genuine, out var bytes, out var refusal), $"{genuine.GetType()}: {refusal}");
            Assert.True(payloads.TryDeserialize(bytes, out var back, out refusal), $"{genuine.GetType()}: {refusal}");
            Assert.Equal(genuine.GetType(), back.GetType());
            Assert.Equivalent(genuine, back);
        }
    }

    [Fact]
    public void No_claim_of_a_member_makes_room_for_more_than_it_brings()
    {
        var payloads = Payloads();
        var seed = int.TryParse(Environment.GetEnvironmentVariable("AKKA_FUZZ_SEED"), CultureInfo.InvariantCulture, out var chosen) ? chosen : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"AKKA_FUZZ_SEED={seed}");
        var random = new Random(seed);
        var all = Genuine.Select(genuine => payloads.TrySerialize(genuine, out var bytes, out _) ? bytes.ToArray() : []).ToArray();
        Assert.All(all, bytes => Assert.True(payloads.TryDeserialize(bytes, out _, out _)));
        uint[] claims = [int.MaxValue, 0x0fffffff, 0x20000001, uint.MaxValue, 0x80000000, 1 << 20];
        var (read, refused) = (0, 0);
        foreach (var genuine in all)
        {
            for (var at = 0; at < genuine.Length; at++)
            {
                var changed = (byte[])genuine.Clone();
                if (at + sizeof(uint) <= changed.Length && random.Next(3) > 0)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(at), claims[random.Next(claims.Length)]);
                }
                else
                {
                    changed[at] = (byte)random.Next(256);
                }

                var before = GC.GetAllocatedBytesForCurrentThread();
                var isRead = payloads.TryDeserialize(changed, out _, out _);
                var used = GC.GetAllocatedBytesForCurrentThread() - before;
                // A failure deep inside is wrapped at each level with all that was said below it.
                Assert.True(used < 5_000_000, $"seed {seed}, at {at}: {used} bytes for {Convert.ToHexString(changed)}");
                (read, refused) = isRead ? (read + 1, refused) : (read, refused + 1);
            }
        }

        Assert.True(read > 0 && refused > 0, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData(typeof(List<int>), "malformed")]
    [InlineData(typeof(object[]), "malformed")]
    [InlineData(typeof(Dictionary<string, Derived>), "malformed")]
    public void A_collection_of_two_thousand_million_elements_is_refused_before_there_is_room_for_it(Type type, string reason)
    {
        var refusal = Refusal([.. Name(type), .. BitConverter.GetBytes(int.MaxValue)]);
        Assert.Equal(reason, refusal.Reason);
        Assert.Equal(1, _counters.Value("akka.payload.refused." + reason));
    }

    [Fact]
    public void Objects_that_lie_too_deep_in_each_other_are_refused_and_the_process_lives()
    {
        const int Depth = 100_000;
        byte[] number = [0, 0, 0, 0];
        // Next comes before Number: names are in ordinal order.
        byte[] deep = [.. Name(typeof(Chain)), .. Enumerable.Repeat<byte[]>([254, 0, 0], Depth).SelectMany(static x => x), 0, .. Enumerable.Repeat(number, Depth + 1).SelectMany(static x => x)];
        Assert.InRange(deep.Length, 7 * Depth, MaxBytes);
        Assert.Equal("too-deep", Refusal(deep).Reason);
        Assert.Equal(1, _counters.Value("akka.payload.refused.too-deep"));
    }

    [Fact]
    public void What_a_receiver_would_refuse_is_refused_to_the_sender()
    {
        var payloads = Payloads();
        Assert.True(payloads.TrySerialize(Chain.Of(PayloadScan.MaxDepth), out var deepest, out var refusal), refusal?.ToString());
        Assert.True(payloads.TryDeserialize(deepest, out _, out refusal), refusal?.ToString());
        Assert.False(payloads.TrySerialize(Chain.Of(PayloadScan.MaxDepth + 1), out _, out refusal));
        Assert.Equal("too-deep", refusal.Reason);
        var circle = new Chain();
        circle.Next = circle;
        Assert.False(payloads.TrySerialize(circle, out _, out refusal));
        Assert.Contains(refusal.Reason, (string[])["too-deep", "too-large"]);
        Assert.False(payloads.TrySerialize(new Boxes { Items = [new Unlisted()] }, out _, out refusal));
        Assert.Equal("unlisted-type", refusal.Reason);
        Assert.False(payloads.TrySerialize(new Boxes { Bytes = new byte[MaxBytes] }, out _, out refusal));
        Assert.Equal("too-large", refusal.Reason);
    }

    [Fact]
    public void A_type_whose_bytes_cannot_be_checked_cannot_be_listed()
    {
        Type[] types = [typeof(IDisposable), typeof(Action), typeof(InvalidOperationException), typeof(Type), typeof(int[,]), typeof(Stack<int>)];
        foreach (var type in types)
        {
            Assert.Throws<ArgumentException>(() => new HyperionPayloads([type], MaxBytes, _counters));
        }
    }

    [Theory]
    [InlineData(new byte[] { 253, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 251, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 254, 0, 0 })]
    [InlineData(new byte[] { 252, 1, 255, 255, 255, 127 })]
    [InlineData(new byte[] { 252, 14, 1, 0, 0, 8 })]
    [InlineData(new byte[] { 16, 1 })]
    [InlineData(new byte[] { 21 })]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[0])]
    public void What_Hyperion_does_not_write_with_our_options_is_malformed(byte[] bytes) => Assert.Equal("malformed", Refusal(bytes).Reason);

    [Fact]
    public void A_name_counts_only_as_Hyperion_writes_it()
    {
        var name = Encoding.UTF8.GetString(Name(typeof(Empty))[5..]);
        Assert.True(Payloads().TryDeserialize(Name(typeof(Empty)), out _, out _));
        var other = Encoding.UTF8.GetBytes(name + ", Version=0.0.0.0");
        Assert.Equal("unlisted-type", Refusal([255, .. BitConverter.GetBytes(other.Length), .. other]).Reason);
    }

    private HyperionPayloads Payloads() => new(Listed, MaxBytes, _counters);

    private PayloadRefusal Refusal(byte[] bytes)
    {
        Assert.False(Payloads().TryDeserialize(bytes, out var payload, out var refusal));
        Assert.Null(payload);
        return refusal;
    }

    /// <summary>What a member writes before the value of a named type.</summary>
    private static byte[] Name(Type type)
    {
        var serializer = new Hyperion.Serializer();
        using var stream = new MemoryStream();
        serializer.GetSerializerByType(type).WriteManifest(stream, serializer.GetSerializerSession());
        return stream.ToArray();
    }

    public enum Colour : short
    {
        None,
        Red,
    }

    public class Plain
    {
        public int Number { get; set; }

        public long Long { get; set; }

        public short Short { get; set; }

        public byte Byte { get; set; }

        public DateTime At { get; set; }

        public bool Is { get; set; }

        public string? Text { get; set; }

        public DateTimeOffset Offset { get; set; }

        public Guid Id { get; set; }

        public float Float { get; set; }

        public double Double { get; set; }

        public decimal Decimal { get; set; }

        public char Char { get; set; }

        public ushort UShort { get; set; }

        public uint UInt { get; set; }

        public ulong ULong { get; set; }

        public sbyte SByte { get; set; }
    }

    public class Base(int number, string text)
    {
        public int Inherited = number;
        protected string Text = text;

        public string Said => Text;
    }

    public sealed class Derived(int number, string text) : Base(number, text)
    {
        public int Own { get; set; }

        public Colour Colour { get; set; }

        public int? Maybe { get; set; }

        public int? Nothing { get; set; }
    }

    public sealed class Boxes
    {
        public object[]? Items { get; set; }

        public byte[]? Bytes { get; set; }

        public int[]? Numbers { get; set; }

        public decimal[]? Decimals { get; set; }

        public string[]? Texts { get; set; }

        public DateTime[]? Moments { get; set; }

        public Plain[]? Plains { get; set; }
    }

    public sealed class Chain
    {
        public Chain? Next { get; set; }

        public int Number { get; set; }

        public static Chain Of(int length)
        {
            Chain chain = new();
            for (var more = 1; more < length; more++)
            {
                chain = new Chain { Next = chain, Number = more };
            }

            return chain;
        }
    }

    public sealed class Empty;

    public sealed class Unlisted;
}
