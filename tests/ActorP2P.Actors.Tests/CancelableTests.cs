namespace ActorP2P.EngineTests;

public sealed class CancelableTests() : EngineTest("akka.loglevel = WARNING")
{
    [Fact]
    public void One_that_is_cancelled_from_the_beginning_stays_so()
    {
        var cancelled = Cancelable.CreateCanceled();
        cancelled.Cancel();
        cancelled.CancelAfter(1);
        Assert.True(cancelled.IsCancellationRequested);
        Assert.True(cancelled.Token.IsCancellationRequested);
        Sys.Scheduler.ScheduleTellRepeatedly(0, 1, TestActor, "never", ActorRefs.NoSender, cancelled);
        ExpectNoMsg(50);
    }

    [Fact]
    public void One_that_is_linked_is_cancelled_with_each_of_the_others()
    {
        using var first = new Cancelable(Sys.Scheduler);
        using var second = new CancellationTokenSource();
        var byFirst = Cancelable.CreateLinkedCancelable(Sys.Scheduler, first);
        var bySecond = Cancelable.CreateLinkedCancelable(Sys.Scheduler, second.Token);
        first.Cancel();
        second.Cancel();
        Assert.True(byFirst.IsCancellationRequested);
        Assert.True(bySecond.IsCancellationRequested);
    }

    [Fact]
    public void One_with_a_delay_is_cancelled_after_it()
    {
        using var cancelable = new Cancelable(Sys.Scheduler.Advanced, TimeSpan.FromMilliseconds(1));
        AwaitCondition(() => cancelable.IsCancellationRequested, Limit);
    }
}
