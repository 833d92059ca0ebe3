namespace ActorP2P.Transport.Tests.Files;

public sealed class FileSuccessionsTests : IDisposable
{
    private static readonly ReadOnlyMemory<byte>[] Statements = [new byte[] { 1, 2, 3 }, new byte[FileSuccessions.MaxStatementBytes]];

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-successions-").FullName;

    private string FilePath => Path.Combine(_directory, FileSuccessions.FileName);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_saved_is_read_again_in_its_order()
    {
        Assert.Empty(Read());
        Save(Statements);
        Assert.Equal(Statements.Select(static s => s.ToArray()), Read().Select(static s => s.ToArray()));
        Save([]);
        Assert.Empty(Read());
    }

    [Fact]
    public void As_many_as_allowed_fit_and_more_or_longer_ones_are_refused()
    {
        var longest = new ReadOnlyMemory<byte>(new byte[FileSuccessions.MaxStatementBytes]);
        Save([.. Enumerable.Repeat(longest, FileSuccessions.MaxStatements)]);
        Assert.Equal(FileSuccessions.MaxStatements, Read().Count);
        var store = new FileSuccessions(_directory);
        Assert.Throws<ArgumentException>(() => store.TrySave([.. Enumerable.Repeat(longest, FileSuccessions.MaxStatements + 1)], out _));
        Assert.Throws<ArgumentException>(() => store.TrySave([new byte[FileSuccessions.MaxStatementBytes + 1]], out _));
        Assert.Throws<ArgumentException>(() => store.TrySave([default], out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("actorp2p-successions-1\n")]
    [InlineData("actorp2p-successions-1\n0000000000000000\n")]
    [InlineData("actorp2p-successions-1\nxyz\n0000000000000000\n")]
    public void A_damaged_file_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(FilePath, content);
        Assert.False(new FileSuccessions(_directory).TryRead(out var statements, out var detail));
        Assert.Empty(statements);
        Assert.Contains(FilePath, detail, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public void Every_flipped_bit_and_every_cut_is_noticed()
    {
        Save([new byte[] { 1, 2, 3 }, new byte[] { 4 }]);
        var whole = File.ReadAllBytes(FilePath);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            AssertDamaged(damaged);
        }

        for (var length = 0; length < whole.Length; length++)
        {
            AssertDamaged(whole[..length]);
        }
    }

    [Fact]
    public void A_huge_file_is_refused_without_reading_it()
    {
        using (var file = File.Create(FilePath))
        {
            file.SetLength(10L << 30);
        }

        Assert.False(new FileSuccessions(_directory).TryRead(out _, out _));
    }

    [Fact]
    public void A_full_disk_is_told_and_the_old_statements_stay()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Save(Statements);
        File.CreateSymbolicLink(FilePath + ".tmp", "/dev/full");
        Assert.False(new FileSuccessions(_directory).TrySave([], out var detail));
        Assert.NotEqual("", detail);
        Assert.Equal(2, Read().Count);
    }

    private IReadOnlyList<ReadOnlyMemory<byte>> Read()
    {
        Assert.True(new FileSuccessions(_directory).TryRead(out var statements, out var detail), detail);
        return statements;
    }

    private void Save(IReadOnlyList<ReadOnlyMemory<byte>> statements) =>
        Assert.True(new FileSuccessions(_directory).TrySave(statements, out var detail), detail);

    private void AssertDamaged(byte[] content)
    {
        File.WriteAllBytes(FilePath, content);
        Assert.False(new FileSuccessions(_directory).TryRead(out _, out _));
    }
}
