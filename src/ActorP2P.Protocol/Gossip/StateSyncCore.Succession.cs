using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <content>Nodes that change their key, this one among them.</content>
public sealed partial class StateSyncCore
{
    /// <summary>Signs our own state with another key from now on, at once; what the former key signed is retired.</summary>
    /// <param name="key">The new key.</param>
    /// <param name="until">Until when nothing is taken of the former ID.</param>
    /// <param name="now">The present.</param>
    /// <param name="effects">Receives what to do.</param>
    public void Succeed(INodeKey key, DateTimeOffset until, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        var former = _key.Id;
        _key = key;
        _intake.Self = key.Id;
        Retire(former, until, now, effects);

        // The new key has signed nothing in this epoch, so its seqs begin anew.
        _own.ForgetReports();
        _own.SignAnew(now);
        PublishOwn(now, effects);
        Rearm(now, effects);
    }

    /// <summary>
    /// An owner gave up its ID: its state is in force no more and nothing under the ID is taken until then, whatever its
    /// epoch. An ID that is not known is noted as long as there is room for it.
    /// </summary>
    public void Retire(NodeId node, DateTimeOffset until, DateTimeOffset now, List<StateSyncEffect> effects)
    {
        if (node == _key.Id)
        {
            return;
        }

        foreach (var section in _scope.Sections)
        {
            var isKnown = _table.TryGet(node, section, out var entry);
            if (!isKnown && _table.CountOf(section) >= _settings.MaxOrigins)
            {
                continue;
            }

            _table.Set(new StateEntry(node, section, until, now));
            if (entry?.Body is { } body)
            {
                effects.Add(new StateSyncEffect.Expired(node, body));
            }
        }
    }
}
