using System.Globalization;

namespace ActorP2P.Program.Demo;

/// <summary>Lines of text, for a pipe, a file or a log of a build.</summary>
internal sealed class PlainDemoView(TextWriter output, TimeProvider time) : IDemoView
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();
    private long _shown = time.GetTimestamp();
    private string _last = "";

    public void Stage(string text) => Print(text);

    public void Update(DemoState state)
    {
        if (time.GetElapsedTime(_shown) < Pace)
        {
            return;
        }

        _shown = time.GetTimestamp();
        var (received, expected) = state.Totals();
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"  links={state.LinksUp()} unicast={received.Unicast}/{expected.Unicast} request={received.Request}/{expected.Request} multicast={received.Multicast}/{expected.Multicast} broadcast={received.Broadcast}/{expected.Broadcast} state={received.State}/{expected.State}");
        if (line != _last)
        {
            _last = line;
            Print(line);
        }
    }

    public void Finish(DemoState state)
    {
        // The last line says it all.
    }

    private void Print(string text) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(_start).TotalSeconds,6:0.0}s {text}"));
}
