using System.Text.RegularExpressions;

namespace ActorP2P.Actors;

/// <summary>Addresses the actors that are at a path when a message is sent. Elements may hold the wildcards <c>*</c> and <c>?</c>; <c>..</c> goes up; a last <c>**</c> means all descendants.</summary>
public class ActorSelection : ICanTell
{
    private readonly string[] _elements;

    /// <summary>A path from an actor on; elements are separated by slashes.</summary>
    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, path.Split('/'))
    {
    }

    /// <summary>A path from an actor on. Throws <see cref="IllegalActorNameException"/> when <c>**</c> is not its end.</summary>
    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
    {
        Anchor = anchor;
        _elements = [.. elements.Where(e => e.Length > 0)];
        var descendants = Array.IndexOf(_elements, "**");
        if (descendants >= 0 && descendants < _elements.Length - 1)
            throw new IllegalActorNameException("Only the last element of a path may be \"**\".");
    }

    /// <summary>Where the path starts.</summary>
    public IActorRef Anchor { get; }

    /// <summary>The path from the anchor.</summary>
    public string PathString => "/" + string.Join('/', _elements);

    internal static ActorSelection From(ActorSystemImpl system, LocalActorRef relativeTo, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0)
            return new ActorSelection(system.DeadLetters, []);
        if (path.Contains("://", StringComparison.Ordinal))
        {
            return ActorPath.TryParse(path, out var absolute) ? From(system, absolute) : new ActorSelection(system.DeadLetters, []);
        }

        return path.StartsWith('/')
            ? new ActorSelection(system.RootGuardian, path.Split('/'))
            : new ActorSelection(relativeTo, path.Split('/'));
    }

    // Of another system there is nothing but what dead letters say of it.
    internal static ActorSelection From(ActorSystemImpl system, ActorPath path) =>
        new(path.Address.System == system.Name ? system.RootGuardian : system.DeadLetters, path.Elements);

    /// <summary>Sends to every actor that matches now. No match at all is a dead letter; branches of a wildcard that end early are not.</summary>
    public void Tell(object message, IActorRef? sender = null)
    {
        sender ??= ActorCell.CurrentSelfOrNoSender();
        if (Anchor is not IInternalActorRef start)
        {
            Anchor.Tell(message, sender);
            return;
        }

        var matches = new List<IInternalActorRef>();
        var fannedOut = Collect(start, 0, matches);
        foreach (var match in matches)
            match.Tell(message, sender);
        if (matches.Count == 0 && !fannedOut)
            NoMatch(message, sender, start);
    }

    /// <summary>The one live actor at the path. Throws <see cref="ActorNotFoundException"/> when there is none in time.</summary>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    /// <summary>The one live actor at the path. Throws <see cref="ActorNotFoundException"/> when there is none in time.</summary>
    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct);
            return identity.Subject ?? throw new ActorNotFoundException($"No actor at {this}");
        }
        catch (AskTimeoutException e)
        {
            throw new ActorNotFoundException($"No actor at {this} answered in {timeout}", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path.ToStringWithUid()}), Path({PathString})]";

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is ActorSelection other && Anchor.Equals(other.Anchor) && PathString == other.PathString;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    private static bool IsPattern(string element) => element.Contains('*', StringComparison.Ordinal) || element.Contains('?', StringComparison.Ordinal);

    private static bool Matches(string name, string pattern) => Regex.IsMatch(
        name,
        "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>Collects what matches from an element on. True when a wildcard branched, so that some branches may end early.</summary>
    private bool Collect(IInternalActorRef at, int index, List<IInternalActorRef> matches)
    {
        if (index == _elements.Length)
        {
            matches.Add(at);
            return false;
        }

        var element = _elements[index];
        if (element == "..")
            return Collect(at.Parent as LocalActorRef ?? at, index + 1, matches);
        if (element == "**")
        {
            CollectAll(at, matches);
            return true;
        }

        if (IsPattern(element))
        {
            var children = Children(at).Where(child => Matches(child.Path.Name, element)).ToArray();
            return children.Count(child => Collect(child, index + 1, matches)) > 0 || children.Length > 1;
        }

        return Child(at, element) is { } next && Collect(next, index + 1, matches);
    }

    private static IInternalActorRef? Child(IInternalActorRef at, string name)
    {
        if (at.GetChild([name]) is IInternalActorRef child && !child.IsNobody())
            return child;
        return name == "deadLetters" && at.Provider is LocalActorRefProvider { System: var system } && ReferenceEquals(at, system.RootGuardian)
            ? system.DeadLettersRef
            : null;
    }

    private static void CollectAll(IInternalActorRef at, List<IInternalActorRef> matches)
    {
        foreach (var child in Children(at))
        {
            matches.Add(child);
            CollectAll(child, matches);
        }
    }

    private static IEnumerable<LocalActorRef> Children(IInternalActorRef at) =>
        at is LocalActorRef local ? local.Cell.GetChildren().Cast<LocalActorRef>() : [];

    private void NoMatch(object message, IActorRef? sender, IInternalActorRef start)
    {
        if (message is Identify identify)
            sender?.Tell(new ActorIdentity(identify.MessageId, null), ActorRefs.NoSender);
        else if (start.Provider is LocalActorRefProvider provider)
            provider.System.DeadLettersRef.Publish(message, sender, new EmptyLocalActorRef(provider.System, start.Path / _elements.Where(e => e != "..")));
    }
}
