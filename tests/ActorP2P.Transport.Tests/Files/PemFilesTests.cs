namespace ActorP2P.Transport.Tests.Files;

public sealed class PemFilesTests : IDisposable
{
    private const string Block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-pem-").FullName;

    [Fact]
    public void A_whole_file_is_read_with_the_text_around_its_blocks()
    {
        var text = "subject=CN = nœud\n" + Block + Block;

        Assert.True(PemFiles.TryRead(Write(text), 1000, out var read, out var error, out var detail));

        Assert.Equal((text, PemFileError.None, ""), (read, error, detail));
    }

    [Theory]
    [InlineData("", PemFileError.NotPem)]
    [InlineData("nothing of the kind", PemFileError.NotPem)]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERT", PemFileError.Incomplete)]
    [InlineData(Block + "-----BEGIN CERTIFICATE-----\nAA", PemFileError.Incomplete)]
    public void What_is_no_whole_PEM_text_is_told_apart(string text, PemFileError expected) => AssertError(Write(text), 1000, expected);

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        var path = Path.Combine(_directory, "file.pem");
        File.WriteAllBytes(path, [0x30, 0x82, 0xff, 0xfe]);

        AssertError(path, 1000, PemFileError.NotPem);
    }

    [Fact]
    public void A_file_of_the_limit_is_read_and_one_byte_more_is_not()
    {
        AssertError(Write(Block), Block.Length - 1, PemFileError.TooLong);
        Assert.True(PemFiles.TryRead(Write(Block), Block.Length, out _, out _, out _));
    }

    [Fact]
    public void Paths_that_hold_no_file_are_told()
    {
        AssertError(Path.Combine(_directory, "missing"), 1000, PemFileError.NotFound);
        AssertError(Path.Combine(_directory, "no", "such", "directory"), 1000, PemFileError.NotFound);
        AssertError(_directory, 1000, PemFileError.NotPermitted);
        AssertError("", 1000, PemFileError.NotPermitted);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static void AssertError(string path, int maxBytes, PemFileError expected)
    {
        Assert.False(PemFiles.TryRead(path, maxBytes, out var text, out var error, out var detail));
        Assert.Equal((null, expected), (text, error));
        Assert.StartsWith(path, detail, StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        var path = Path.Combine(_directory, "file.pem");
        File.WriteAllText(path, text);
        return path;
    }
}
