using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Session;

/// <summary>A member that lies about keys: its records are authentic, so the rules alone stand against it.</summary>
public sealed class RekeyMisuseTests
{
    private static readonly NodeId SomePoint = IdentityCurves.P256.GenerateEphemeral(new SeededRandom(77)).Public;

    [Fact]
    public void A_replayed_share_is_refused_as_a_repeated_record()
    {
        using var pair = new RekeyPair();
        pair.Start();
        var share = pair.Alice.TakeControl()!;
        Assert.Equal(RecordVerdict.Opened, pair.Bob.Open(share.ToArray()));

        Assert.Equal(RecordVerdict.CounterRepeated, pair.Bob.Open(share));
    }

    [Fact]
    public void A_reflected_share_does_not_open()
    {
        using var pair = new RekeyPair();
        pair.Start();

        Assert.Equal(RecordVerdict.Tampered, pair.Alice.Open(pair.Alice.TakeControl()!));
    }

    [Fact]
    public void Our_own_point_sealed_by_the_far_side_is_refused()
    {
        using var liar = new RekeyLiar();
        var share = liar.VictimShares();

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(1, share)));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(uint.MaxValue)]
    public void A_share_for_a_stale_or_future_generation_is_refused(uint generation)
    {
        using var liar = new RekeyLiar();

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(generation, SomePoint)));
    }

    [Fact]
    public void A_share_for_a_generation_that_is_over_is_refused()
    {
        using var liar = new RekeyLiar();
        var counters = liar.Switch();
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Switched(1, counters)));
        liar.Renew();

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(1, SomePoint)));
    }

    [Fact]
    public void A_second_share_for_one_generation_is_refused()
    {
        using var liar = new RekeyLiar();

        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Share(1, SomePoint)));
        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(1, IdentityCurves.P256.GenerateEphemeral(new SeededRandom(78)).Public)));
    }

    [Fact]
    public void A_point_off_the_curve_is_refused_before_any_agreement()
    {
        using var liar = new RekeyLiar();
        var off = SomePoint.Point.ToArray();
        off[63] ^= 1;

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(1, NodeId.FromPoint(off))));
        using var second = new RekeyLiar();
        Assert.Equal(RecordVerdict.RekeyRefused, second.Say(RekeyMessage.Share(1, NodeId.FromPoint(new byte[64]))));
    }

    [Fact]
    public void A_point_of_another_curve_is_refused()
    {
        using var liar = new RekeyLiar();
        var other = IdentityCurves.Secp256k1.GenerateEphemeral(new SeededRandom(5)).Public;

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(1, other)));
    }

    [Fact]
    public void A_point_used_for_the_last_generation_is_refused()
    {
        using var liar = new RekeyLiar();
        var counters = liar.Switch();
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Switched(1, counters)));
        liar.Renew();
        Assert.Equal(1u, liar.Victim.Generation);

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(2, liar.OwnKey.Public)));
    }

    [Fact]
    public void Ready_without_both_shares_is_refused()
    {
        using var idle = new RekeyLiar();
        Assert.Equal(RecordVerdict.RekeyRefused, idle.Say(RekeyMessage.Ready(1)));

        using var begun = new RekeyLiar();
        begun.VictimShares();
        Assert.Equal(RecordVerdict.RekeyRefused, begun.Say(RekeyMessage.Ready(1)));
    }

    [Fact]
    public void Ready_twice_is_refused()
    {
        using var liar = new RekeyLiar();
        liar.VictimShares();
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Share(1, liar.OwnKey.Public)));
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Ready(1)));

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Ready(1)));
    }

    [Fact]
    public void Switched_under_the_old_key_is_refused()
    {
        using var liar = new RekeyLiar();
        liar.VictimShares();
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Share(1, liar.OwnKey.Public)));
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Ready(1)));
        liar.Renew();

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Switched(1, new ulong[Lanes.Count])));
    }

    [Theory]
    [InlineData(Lane.Control)]
    [InlineData(Lane.Request)]
    public void Switched_with_a_counter_that_has_passed_is_refused(Lane lane)
    {
        using var liar = new RekeyLiar();
        Assert.Equal(RecordVerdict.Opened, liar.Open(liar.Seal(Lane.Request)));
        var counters = liar.Switch();
        counters[(int)lane]--;

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Switched(1, counters)));
    }

    [Fact]
    public void Anything_but_switched_as_the_first_record_under_the_new_key_is_refused()
    {
        using var liar = new RekeyLiar();
        liar.Switch();

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(RekeyMessage.Share(2, SomePoint)));
    }

    [Fact]
    public void An_ordinary_record_as_the_first_under_the_new_key_is_refused()
    {
        using var liar = new RekeyLiar();
        liar.Switch();

        Assert.Equal(RecordVerdict.WrongGeneration, liar.Open(liar.Seal(Lane.Control)));
        Assert.Equal(RecordVerdict.WrongGeneration, liar.Open(liar.Seal(Lane.Request)));
    }

    [Fact]
    public void A_record_under_the_new_key_before_its_counter_is_refused()
    {
        using var liar = new RekeyLiar();
        var counters = liar.Switch();
        counters[(int)Lane.Request]++;
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Switched(1, counters)));

        Assert.Equal(RecordVerdict.WrongGeneration, liar.Open(liar.Seal(Lane.Request)));
    }

    [Fact]
    public void A_record_under_the_old_key_at_the_new_keys_counter_is_refused()
    {
        using var liar = new RekeyLiar();
        var old = liar.Seal(Lane.Request);
        var counters = liar.Switch();
        counters[(int)Lane.Request]--;
        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Switched(1, counters)));

        Assert.Equal(RecordVerdict.WrongGeneration, liar.Open(old));
    }

    [Fact]
    public void A_generation_rewritten_on_the_way_does_not_open()
    {
        using var pair = new RekeyPair();
        pair.Rekey();
        pair.Alice.Send(Lane.Request, 1);
        var record = pair.Alice.TakeFromWire()!;
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), 0);

        Assert.Equal(RecordVerdict.WrongGeneration, pair.Bob.Open(record));
    }

    [Fact]
    public void A_record_of_an_old_generation_does_not_open_under_the_new_one()
    {
        using var pair = new RekeyPair();
        pair.Alice.Send(Lane.Request, 1);
        var old = pair.Alice.TakeFromWire()!;
        Assert.Equal(RecordVerdict.Opened, pair.Bob.Open(old.ToArray()));
        pair.Rekey();
        BinaryPrimitives.WriteUInt32LittleEndian(old.AsSpan(8), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(old.AsSpan(24), 1);

        Assert.Equal(RecordVerdict.Tampered, pair.Bob.Open(old));
    }

    [Theory]
    [InlineData(Lane.Request, FrameFlags.Rekey)]
    [InlineData(Lane.Control, FrameFlags.Rekey | FrameFlags.Chunk)]
    [InlineData(Lane.Control, FrameFlags.Rekey | FrameFlags.Compressed)]
    public void The_flag_belongs_to_whole_records_of_the_control_lane(Lane lane, FrameFlags flags)
    {
        using var pair = new RecordPair();
        var record = RecordPair.Seal(pair.Alice.Sealer(lane), "x");
        record[6] |= (byte)flags;

        Assert.Equal(RecordVerdict.Malformed, RecordPair.Open(pair.Bob.Opener(lane), record));
    }

    [Fact]
    public void With_encryption_off_a_message_about_keys_is_malformed()
    {
        using var pair = new RecordPair(encryption: false);
        var record = RecordPair.Seal(pair.Alice.Sealer(Lane.Control), "x");
        record[6] |= (byte)FrameFlags.Rekey;

        Assert.Equal(RecordVerdict.Malformed, RecordPair.Open(pair.Bob.Opener(Lane.Control), record));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0101000000")]
    [InlineData("020100000000")]
    [InlineData("0301000000")]
    [InlineData("0401000000")]
    public void Bytes_of_any_other_form_are_refused(string hex)
    {
        using var liar = new RekeyLiar();

        Assert.Equal(RecordVerdict.RekeyRefused, liar.Say(Convert.FromHexString(hex)));
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(4);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] = (byte)random.Next(5);
            }

            RekeyMessage.TryDecode(bytes, out _);
        }
    }

    [Fact]
    public void Old_keys_are_erased_when_a_generation_ends()
    {
        using var liar = new RekeyLiar();
        var counters = liar.Switch();
        Assert.True(liar.OldSecretIsKept);

        Assert.Equal(RecordVerdict.Opened, liar.Say(RekeyMessage.Switched(1, counters)));
        liar.Renew();

        Assert.False(liar.OldSecretIsKept);
        Assert.Equal(1u, liar.Victim.Generation);
    }
}
