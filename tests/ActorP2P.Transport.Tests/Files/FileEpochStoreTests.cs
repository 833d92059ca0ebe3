using System.Collections.Concurrent;

namespace ActorP2P.Transport.Tests.Files;

public sealed class FileEpochStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-epoch-").FullName;

    private string FilePath => Path.Combine(_directory, FileEpochStore.FileName);

    [Fact]
    public void The_first_epoch_is_the_time_and_each_next_one_is_higher()
    {
        Assert.Equal(1_700_000_000_000ul, Next(Now));
        Assert.Equal(1_700_000_000_001ul, Next(Now));
        Assert.Equal(1_700_000_005_000ul, Next(Now.AddSeconds(5)));
    }

    [Fact]
    public void A_clock_that_falls_back_does_not_take_the_epoch_with_it()
    {
        var before = Next(Now);

        Assert.Equal(before + 1, Next(Now.AddYears(-10)));
        Assert.Equal(before + 2, Next(DateTimeOffset.FromUnixTimeSeconds(-5)));
    }

    [Fact]
    public void An_epoch_that_others_have_seen_of_us_is_exceeded_even_after_the_disk_was_restored() =>
        Assert.Equal(1_800_000_000_000ul, Next(Now, atLeast: 1_800_000_000_000));

    [Theory]
    [InlineData("")]
    [InlineData("1700000000000")]
    [InlineData("actorp2p-epoch-1 5 0000000000000000\n")]
    [InlineData("actorp2p-epoch-2 5 0000000000000000\n")]
    public void A_damaged_file_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(FilePath, content);

        var result = new FileEpochStore(_directory).Next(Now, 0);

        Assert.Equal((0ul, EpochFailure.Corrupt, false), (result.Epoch, result.Failure, result.Ok));
        Assert.Contains(FilePath, result.Detail, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public void Every_flipped_bit_of_the_file_is_noticed()
    {
        Next(Now);
        var whole = File.ReadAllBytes(FilePath);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(FilePath, damaged);
            Assert.Equal(EpochFailure.Corrupt, new FileEpochStore(_directory).Next(Now, 0).Failure);
        }
    }

    [Fact]
    public void A_huge_file_is_refused_without_reading_it()
    {
        using (var file = File.Create(FilePath))
        {
            file.SetLength(10L << 30);
        }

        Assert.Equal(EpochFailure.Corrupt, new FileEpochStore(_directory).Next(Now, 0).Failure);
    }

    [Fact]
    public void A_crash_before_the_rename_leaves_the_old_epoch()
    {
        var before = Next(Now);
        File.WriteAllText(FilePath + ".tmp", "actorp2p-ep");

        Assert.Equal(before + 1, Next(Now));
    }

    [Fact]
    public void A_full_disk_is_told_and_the_old_epoch_stays()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var before = Next(Now);
        File.CreateSymbolicLink(FilePath + ".tmp", "/dev/full");

        var result = new FileEpochStore(_directory).Next(Now, 0);

        Assert.Equal(EpochFailure.DiskFull, result.Failure);
        File.Delete(FilePath + ".tmp");
        Assert.Equal(before + 1, Next(Now));
    }

    [Fact]
    public void A_directory_that_another_process_holds_is_told()
    {
        Next(Now);
        using var other = new FileStream(FilePath + ".lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Equal(EpochFailure.InUse, new FileEpochStore(_directory).Next(Now, 0).Failure);
    }

    [Fact]
    public void A_path_that_is_no_directory_is_told()
    {
        File.WriteAllText(FilePath, "x");

        Assert.Equal(EpochFailure.InputOutput, new FileEpochStore(FilePath).Next(Now, 0).Failure);
    }

    [Fact]
    public void After_the_last_epoch_there_is_none()
    {
        Assert.Equal(ulong.MaxValue, Next(Now, atLeast: ulong.MaxValue));

        Assert.Equal(EpochFailure.Exhausted, new FileEpochStore(_directory).Next(Now, 0).Failure);
        var memory = new MemoryEpochStore();
        Assert.Equal(ulong.MaxValue, memory.Next(Now, ulong.MaxValue).Epoch);
        Assert.Equal(EpochFailure.Exhausted, memory.Next(Now, 0).Failure);
    }

    [Fact]
    public async Task Two_nodes_on_one_directory_never_get_the_same_epoch()
    {
        var taken = new ConcurrentBag<ulong>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var got = 0; got < 20;)
            {
                var result = new FileEpochStore(_directory).Next(Now, 0);
                if (result.Ok)
                {
                    taken.Add(result.Epoch);
                    got++;
                }
                else
                {
                    Assert.Equal(EpochFailure.InUse, result.Failure);
                }
            }
        })));

        Assert.Equal(80, taken.Distinct().Count());
    }

    [Fact]
    public void In_memory_the_rule_is_the_same()
    {
        var store = new MemoryEpochStore();

        Assert.Equal(1_700_000_000_000ul, store.Next(Now, 0).Epoch);
        Assert.Equal(1_700_000_000_001ul, store.Next(Now, 0).Epoch);
        Assert.Equal(1_800_000_000_000ul, store.Next(Now, 1_800_000_000_000).Epoch);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private ulong Next(DateTimeOffset now, ulong atLeast = 0)
    {
        var result = new FileEpochStore(_directory).Next(now, atLeast);
        Assert.True(result.Ok, result.Detail);
        return result.Epoch;
    }
}
