using ActorP2P.Protocol.Identity;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorP2P.AkkaRemoting.Tests;

/// <summary>The transport as Akka.Remote sees it, with nothing of Akka.Remote above it.</summary>
public sealed class TransportTests
{
    private const string Local = "akka { actor.provider = local, log-config-on-start = off }";
    private static readonly TimeSpan Soon = RemotingConsortium.Soon;

    [Fact]
    public void A_full_queue_refuses_payload_and_never_a_heartbeat()
    {
        var handle = NewHandle(queueBytes: 100, windowBytes: 100);
        Assert.True(handle.Write(Payload(200)), "one PDU always fits into an empty queue");
        Assert.False(handle.Write(Payload(1)));
        Assert.True(handle.Write(ByteString.CopyFrom(AkkaPduTests.Heartbeat)));
        Assert.True(handle.Write(ByteString.CopyFrom(AkkaPduTests.Handshake("host"))));

        Assert.True(handle.TryTakeBatch(out var batch));
        Assert.True(batch.LengthBytes > 200);
        Assert.Equal(0u, batch.ControlsBefore);
        Assert.True(handle.Write(Payload(50)));
        Assert.True(handle.TryTakeBatch(out batch));
        Assert.Equal(1u, batch.ControlsBefore);
        Assert.False(handle.TryTakeBatch(out _));
        handle.Close();
        Assert.False(handle.Write(Payload(1)));
    }

    [Fact]
    public void A_confirmation_is_asked_for_few_times_a_window_and_is_about_all_batches_before_it()
    {
        var handle = NewHandle(queueBytes: 1_000_000, windowBytes: 1_000_000);
        var (bytes, batches, asked) = (0L, 0, 0L);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(handle.Write(Payload(60_000)));
            Assert.True(handle.TryTakeBatch(out var batch));
            var confirmed = handle.NoteSent(batch, askEveryBytes: 250_000);
            bytes += batch.LengthBytes;
            Assert.Equal(bytes, handle.InFlightBytes);
            if (confirmed.Batches > 0)
            {
                asked += confirmed.Bytes;
                batches += confirmed.Batches;
                Assert.Equal((bytes, i + 1), (asked, batches));
            }
        }

        Assert.Equal(10, batches);
        handle.NoteTaken(asked, batches);
        Assert.Equal(0, handle.InFlightBytes);
    }

    [Fact]
    public async Task What_takes_many_windows_arrives_as_it_was_written_though_its_buffers_are_used_again()
    {
        const int Count = 300;
        await using var pair = await TransportPair.StartAsync(accepts: true, remoting: "maximum-frame-size = 128 KiB, window-size = 256 KiB, queue-size = 256 KiB");
        var (handle, _) = await pair.AssociateAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < Count; i++)
        {
            var pdu = AkkaPduTests.Payload(1 + (i * 7919 % 80_000));
            pdu.AsSpan(^1..).Fill((byte)i);
            for (var end = DateTime.UtcNow + Soon; !handle.Write(ByteString.CopyFrom(pdu)); await timer.WaitForNextTickAsync())
            {
                Assert.True(DateTime.UtcNow < end, "the queue gets room");
            }
        }

        await RemotingConsortium.EventuallyAsync(() =>
        {
            Assert.Equal(Count, pair.Received.Count);
            return Task.FromResult(true);
        });
        Assert.All(pair.Received.Index(), static item =>
        {
            Assert.Equal(AkkaPduTests.Payload(1 + (item.Index * 7919 % 80_000)).Length, item.Item.Length);
            Assert.Equal((byte)item.Index, item.Item[^1]);
        });
    }

    [Fact]
    public async Task An_association_that_is_never_read_ends_and_costs_no_more_memory_than_the_queue()
    {
        await using var pair = await TransportPair.StartAsync(accepts: false, remoting: "maximum-frame-size = 64 KiB, queue-size = 64 KiB");
        var (handle, ended) = await pair.AssociateAsync();
        await WriteUntilAsync(handle, ended, Payload(60_000));
        Assert.True(pair.Counters("b").Value("akka.refused.not-read") > 0);
    }

    [Fact]
    public async Task A_batch_that_the_runtime_refuses_ends_the_association_and_the_next_one_works()
    {
        await using var pair = await TransportPair.StartAsync(accepts: true, node: "channel { max-message-bytes = 256 KiB, queue-bytes = 256 KiB }", remoting: "maximum-frame-size = 64 KiB, window-size = 32 MiB, queue-size = 32 MiB");
        var (handle, ended) = await pair.AssociateAsync();
        await WriteUntilAsync(handle, ended, Payload(60_000));

        var (next, _) = await pair.AssociateAsync();
        Assert.True(next.Write(Payload(10)));
        await RemotingConsortium.EventuallyAsync(() =>
        {
            Assert.Contains(pair.Received, static payload => payload.Length < 100);
            return Task.FromResult(true);
        });
    }

    [Fact]
    public async Task A_goodbye_arrives_behind_all_payload_that_was_written_before_it()
    {
        await using var pair = await TransportPair.StartAsync(accepts: true);
        var (handle, _) = await pair.AssociateAsync();
        Assert.True(handle.Write(ByteString.CopyFrom(AkkaPduTests.Handshake(handle.LocalAddress.Host))));
        for (var i = 0; i < 20; i++)
        {
            Assert.True(handle.Write(Payload(200_000)));
        }

        Assert.True(handle.Write(ByteString.CopyFrom(AkkaPduTests.Goodbye)));
        await RemotingConsortium.EventuallyAsync(() =>
        {
            Assert.Equal(22, pair.Received.Count);
            return Task.FromResult(true);
        });
        var kinds = pair.Received.Select(static pdu => AkkaPdu.Classify(pdu.Span, out _)).ToArray();
        Assert.Equal(AkkaPduKind.Associate, kinds[0]);
        Assert.All(kinds[1..^1], static kind => Assert.Equal(AkkaPduKind.Payload, kind));
        Assert.Equal(AkkaPduKind.OtherControl, kinds[^1]);
    }

    [Fact]
    public async Task Heartbeats_overtake_payload_that_waits()
    {
        const int Rounds = 20;
        await using var pair = await TransportPair.StartAsync(accepts: true);
        var (handle, _) = await pair.AssociateAsync();
        var payload = Payload(200_000);
        var written = 0;
        var overtaken = 0;
        for (var round = 0; round < Rounds && overtaken == 0; round++)
        {
            // Until the queue is full; what is sent in between makes room for a few more.
            for (var i = 0; i < 200 && handle.Write(payload); i++)
            {
                written++;
            }

            Assert.True(handle.Write(ByteString.CopyFrom(AkkaPduTests.Heartbeat)));
            written++;
            await RemotingConsortium.EventuallyAsync(() =>
            {
                Assert.Equal(written, pair.Received.Count);
                return Task.FromResult(true);
            });
            overtaken = pair.Received.Reverse().TakeWhile(static pdu => AkkaPdu.Classify(pdu.Span, out _) == AkkaPduKind.Payload).Count();
        }

        // Where the writing thread had to wait, all payload may have left before the heartbeat was written; not in every round.
        Assert.True(overtaken > 0, $"the heartbeat of none of {Rounds} rounds overtook payload");
    }

    /// <summary>A session that ends takes its unsent signals with it; the ordered lane goes on with the next one.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handshake_whose_signal_was_lost_or_was_not_is_handed_on_once_and_before_the_payload(bool signalArrives)
    {
        await using var pair = await TransportPair.StartAsync(accepts: true);
        var (handle, _) = await pair.AssociateAsync();
        var key = new AssociationKey(pair.NodeOf("b"), 7, OpenedByUs: true);
        var handshake = RemotingWire.ComposeControl(key, 0, 0, AkkaPduTests.Handshake(handle.LocalAddress.Host));
        var goodbye = RemotingWire.ComposeControl(key, 1, 1, AkkaPduTests.Goodbye);
        await pair.SayAsync("akka.pdu", RemotingWire.Compose(RemotingKind.Associate, key, pair.AddressOf("a")));
        if (signalArrives)
        {
            await pair.SayAsync("akka.control", handshake);
            await pair.SayAsync("akka.control", goodbye);
            await RemotingConsortium.EventuallyAsync(() => Task.FromResult(Assert.Single(pair.Received)));
        }

        await pair.SayAsync("akka.pdu", handshake);
        await pair.SayAsync("akka.pdu", PdusMessage.Compose(key, 1, [Payload(100)]));
        await pair.SayAsync("akka.pdu", goodbye);
        await pair.SayAsync("akka.pdu", PdusMessage.Compose(key, 2, [Payload(100)]));
        await RemotingConsortium.EventuallyAsync(() =>
        {
            Assert.Equal(
                [AkkaPduKind.Associate, AkkaPduKind.Payload, AkkaPduKind.OtherControl, AkkaPduKind.Payload],
                pair.Received.Select(static pdu => AkkaPdu.Classify(pdu.Span, out _)));
            return Task.FromResult(true);
        });
    }

    // A reader far behind is the usual case: the queue refuses, and the writer tries again.
    private static async Task WriteUntilAsync(AssociationHandle handle, Task ended, ByteString pdu)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var end = DateTime.UtcNow + Soon; !ended.IsCompleted; await timer.WaitForNextTickAsync())
        {
            Assert.True(DateTime.UtcNow < end, "the association ends");
            for (var i = 0; i < 200 && handle.Write(pdu); i++)
            {
            }
        }
    }

    private static P2PAssociationHandle NewHandle(long queueBytes, long windowBytes) => new(
        new Address("p2p", "a"),
        new Address("p2p", "b"),
        default,
        ActorRefs.Nobody,
        new RemotingSettings("", "akka.remoting", queueBytes, queueBytes, windowBytes, BatchBytes: 68 * 1024, Soon, MaxAssociationsPerNode: 1));

    private static ByteString Payload(int bytes) => ByteString.CopyFrom(AkkaPduTests.Payload(bytes));

    /// <summary>Two transports in systems without remoting; b reads what a sends, or never reads.</summary>
    private sealed class TransportPair : IAsyncDisposable
    {
        private readonly RemotingConsortium _consortium;
        private readonly Dictionary<string, (ActorSystem System, P2PTransport Transport, Address Address)> _sides = [];
        private readonly System.Collections.Concurrent.ConcurrentQueue<ByteString> _received = new();

        private TransportPair(string node) => _consortium = new RemotingConsortium("a", "b") { NodeHocon = node };

        public IReadOnlyCollection<ByteString> Received => _received;

        public static async Task<TransportPair> StartAsync(bool accepts, string node = "", string remoting = "")
        {
            var pair = new TransportPair(node);
            foreach (var name in new[] { "a", "b" })
            {
                var config = Akka.Configuration.ConfigurationFactory.ParseString($"{Local}\nakka.remote.p2p {{ {remoting} }}")
                    .WithFallback(pair._consortium.ConfigurationOf(name));
                var system = ActorSystem.Create("consortium", config);
                var transport = new P2PTransport(system, config.GetConfig("akka.remote.p2p"));
                var (address, listener) = await transport.Listen();
                listener.SetResult(new Listener(accepts && name == "b" ? pair._received : null));
                pair._sides.Add(name, (system, transport, address));
            }

            return pair;
        }

        public NodeId NodeOf(string name) => _consortium.IdOf(name);

        public string AddressOf(string name) => _consortium.AddressOf(name).ToString();

        /// <summary>What the transport of a could say to that of b, word by word.</summary>
        public async Task SayAsync(string type, byte[] message)
        {
            var router = P2PRemoting.Get(_sides["a"].System).Router;
            var isSignal = type == "akka.control";
            var unicast = new NamespaceRouter.Unicast("akka.remoting", NodeOf("b"), type, message, Confirm: !isSignal);
            if (isSignal)
            {
                router.Tell(unicast);
            }
            else
            {
                Assert.IsType<Sent>(await router.Ask<object>(unicast, Soon));
            }
        }

        public NodeCounters Counters(string name) => P2PRemoting.Get(_sides[name].System).Counters;

        /// <summary>An association from a to b, and when it is over.</summary>
        public async Task<(AssociationHandle Handle, Task Ended)> AssociateAsync()
        {
            var handle = await RemotingConsortium.EventuallyAsync(() => _sides["a"].Transport.Associate(_sides["b"].Address));
            var reader = new Reader(null);
            handle.ReadHandlerSource.SetResult(reader);
            return (handle, reader.Ended);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (system, transport, _) in _sides.Values)
            {
                await transport.Shutdown();
                await system.Terminate();
            }

            await _consortium.DisposeAsync();
        }

        private sealed class Listener(System.Collections.Concurrent.ConcurrentQueue<ByteString>? received) : IAssociationEventListener
        {
            public void Notify(IAssociationEvent ev)
            {
                if (received is not null && ev is InboundAssociation inbound)
                {
                    inbound.Association.ReadHandlerSource.SetResult(new Reader(received));
                }
            }
        }

        private sealed class Reader(System.Collections.Concurrent.ConcurrentQueue<ByteString>? received) : IHandleEventListener
        {
            private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public Task Ended => _ended.Task;

            public void Notify(IHandleEvent ev)
            {
                if (ev is InboundPayload payload)
                {
                    received?.Enqueue(payload.Payload);
                }
                else if (ev is Disassociated)
                {
                    _ended.TrySetResult();
                }
            }
        }
    }
}
