using System.Numerics;

namespace ActorP2P.Transport.Tests.Files;

/// <summary>The highest numbers of revocation lists over restarts, damage and a full disk.</summary>
public sealed class FileRevocationNumbersTests : IDisposable
{
    private static readonly Dictionary<string, BigInteger> Numbers = new(StringComparer.Ordinal)
    {
        [new string('a', 64)] = 7,
        [new string('0', 64)] = BigInteger.Pow(2, 159) - 1,
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-numbers-").FullName;

    private string FilePath => Path.Combine(_directory, FileRevocationNumbers.FileName);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_saved_is_read_again()
    {
        Assert.Empty(Read());
        Save(Numbers);
        Assert.Equal(Numbers.OrderBy(static pair => pair.Key), Read().OrderBy(static pair => pair.Key));
        Save(new Dictionary<string, BigInteger>());
        Assert.Empty(Read());
    }

    [Fact]
    public void A_thousand_issuers_fit_and_one_more_is_refused()
    {
        var many = Enumerable.Range(0, 1024).ToDictionary(static i => $"{i:x64}", static _ => BigInteger.Pow(2, 159));
        Save(many);
        Assert.Equal(1024, Read().Count);
        many[new string('f', 64)] = 1;
        Assert.Throws<ArgumentException>(() => new FileRevocationNumbers(_directory).Save(many, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("actorp2p-crl-numbers-1\n")]
    [InlineData("actorp2p-crl-numbers-1\n0000000000000000\n")]
    public void A_damaged_file_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(FilePath, content);
        Assert.Equal(RevocationNumbersFailure.Corrupt, new FileRevocationNumbers(_directory).TryRead(out var numbers, out var detail));
        Assert.Empty(numbers);
        Assert.Contains(FilePath, detail, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_noticed()
    {
        Save(Numbers);
        var whole = File.ReadAllBytes(FilePath);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertCorrupt(damaged);
        }

        for (var length = 0; length < whole.Length; length++)
        {
            AssertCorrupt(whole[..length]);
        }
    }

    [Fact]
    public void A_huge_file_is_refused_without_reading_it()
    {
        using (var file = File.Create(FilePath))
        {
            file.SetLength(10L << 30);
        }

        Assert.Equal(RevocationNumbersFailure.Corrupt, new FileRevocationNumbers(_directory).TryRead(out _, out _));
    }

    [Fact]
    public void A_full_disk_is_told_and_the_old_numbers_stay()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Save(Numbers);
        File.CreateSymbolicLink(FilePath + ".tmp", "/dev/full");
        Assert.Equal(RevocationNumbersFailure.DiskFull, new FileRevocationNumbers(_directory).Save(new Dictionary<string, BigInteger>(), out var detail));
        Assert.NotEqual("", detail);
        Assert.Equal(2, Read().Count);
    }

    [Fact]
    public void A_crash_before_the_rename_leaves_the_old_numbers()
    {
        Save(Numbers);
        File.WriteAllText(FilePath + ".tmp", "actorp2p-crl");
        Assert.Equal(2, Read().Count);
        Save(Numbers);
    }

    [Fact]
    public void A_path_that_is_no_directory_is_told()
    {
        File.WriteAllText(FilePath, "x");
        Assert.Equal(RevocationNumbersFailure.InputOutput, new FileRevocationNumbers(FilePath).Save(Numbers, out _));
    }

    private IReadOnlyDictionary<string, BigInteger> Read()
    {
        Assert.Equal((RevocationNumbersFailure.None, ""), (new FileRevocationNumbers(_directory).TryRead(out var numbers, out var detail), detail));
        return numbers;
    }

    private void Save(Dictionary<string, BigInteger> numbers) =>
        Assert.Equal((RevocationNumbersFailure.None, ""), (new FileRevocationNumbers(_directory).Save(numbers, out var detail), detail));

    private void AssertCorrupt(byte[] content)
    {
        File.WriteAllBytes(FilePath, content);
        Assert.Equal(RevocationNumbersFailure.Corrupt, new FileRevocationNumbers(_directory).TryRead(out _, out _));
    }
}
