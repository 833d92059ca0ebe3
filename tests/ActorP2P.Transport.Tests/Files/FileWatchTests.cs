namespace ActorP2P.Transport.Tests.Files;

/// <summary>Which changes of files are noticed, and which are none.</summary>
public sealed class FileWatchTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private readonly string _directory = Directory.CreateTempSubdirectory("actorp2p-watch-").FullName;
    private readonly SemaphoreSlim _changes = new(0);

    public void Dispose()
    {
        _changes.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_change_is_noticed_by_the_file_system_without_a_poll()
    {
        var file = Write("node.crt", "old");
        using var watch = Start(Never, file);
        Write("node.crt", "newer");
        await ChangedAsync();
    }

    [Fact]
    public async Task A_change_is_noticed_by_the_poll_where_the_file_system_is_silent()
    {
        // The directory is not there when the watch begins, so nothing notifies of it.
        var file = Path.Combine(_directory, "later", "node.crt");
        using var watch = Start(TimeSpan.FromMilliseconds(20), file);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, "new");
        await ChangedAsync();
    }

    [Fact]
    public async Task A_file_that_is_replaced_appears_or_vanishes_is_a_change()
    {
        var file = Write("node.crt", "old");
        using var watch = Start(Never, file);
        File.Move(Write("node.crt.tmp", "newer"), file, overwrite: true);
        await ChangedAsync();
        File.Delete(file);
        await ChangedAsync();
        Write("node.crt", "again");
        await ChangedAsync();
    }

    [Fact]
    public async Task A_link_that_is_switched_to_another_file_is_a_change()
    {
        var link = Path.Combine(_directory, "current.crt");
        File.CreateSymbolicLink(link, Write("first.crt", "same length"));
        var other = Write("other.crt", "same length");
        using var watch = Start(Never, link);
        File.Delete(link);
        File.CreateSymbolicLink(link, other);
        await ChangedAsync();
    }

    [Fact]
    public async Task Other_files_of_the_directory_are_no_change()
    {
        var file = Write("node.crt", "old");
        using var watch = Start(Never, file);
        Write("unrelated", "x");

        // Replaced and not rewritten: a file that is rewritten is empty for a moment, which is a change of its own.
        File.Move(Write("unrelated too", "newer"), file, overwrite: true);
        await ChangedAsync();
        Write("unrelated", "xx");

        // Every notification so far has led to a comparison when a later change has been noticed.
        File.Move(Write("unrelated too", "newest of all"), file, overwrite: true);
        await ChangedAsync();
        Assert.Equal(0, _changes.CurrentCount);
    }

    [Fact]
    public async Task Other_paths_may_be_watched_from_now_on()
    {
        var first = Write("first", "1");
        var second = Write("second", "2");
        using var watch = Start(Never, first);
        watch.Watch([second]);
        Write("second", "22");
        await ChangedAsync();
    }

    private FileWatch Start(TimeSpan pollInterval, string file)
    {
        var watch = new FileWatch(Debounce, pollInterval, TimeProvider.System, () => _changes.Release());
        watch.Watch([file]);
        return watch;
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task ChangedAsync() => Assert.True(await _changes.WaitAsync(Limit), "no change was noticed");
}
