using System.Text.Json;
using ActorP2P.Program.Admin;

namespace ActorP2P.Program.Tests.Admin;

public sealed class AnswerLineTests
{
    [Fact]
    public void An_answer_beyond_the_limit_is_a_typed_error_and_no_row_is_made_after_it_is_full()
    {
        var made = 0;
        using var answer = new AnswerLine(AdminRequestKind.Peers, maxBytes: 1024);
        answer.WriteRows("peers", Enumerable.Range(0, 1_000_000), _ =>
        {
            made++;
            answer.Json.WriteStringValue(new string('x', 100));
        });
        using var line = JsonDocument.Parse(answer.Finish());
        Assert.Equal(AdminError.AnswerTooLarge, line.RootElement.GetProperty("error").GetString());
        Assert.InRange(made, 1, 20);
    }

    [Fact]
    public void An_answer_within_the_limit_has_all_of_its_rows()
    {
        using var answer = new AnswerLine(AdminRequestKind.Peers, maxBytes: 1024);
        answer.WriteRows("peers", Enumerable.Range(0, 10), answer.Json.WriteNumberValue);
        using var line = JsonDocument.Parse(answer.Finish());
        Assert.Equal(10, line.RootElement.GetProperty("peers").GetArrayLength());
    }
}
