namespace ActorP2P.Hocon;

/// <summary>
/// A field or element during resolution: its definitions, oldest first, and what has been found out about
/// them. A definition is a node of the source, or the slot of an object that was merged in, which keeps its
/// own memory: results are remembered by the occurrence of a substitution, as HOCON.md asks.
/// </summary>
internal sealed class Slot
{
    private const int NotEvaluating = -1;

    private readonly ConfigNode[] _nodes;
    private readonly Slot[] _merged;
    private Evaluated?[]? _evaluated;

    private Slot(ConfigNode[] nodes, Slot[] merged)
    {
        _nodes = nodes;
        _merged = merged;
    }

    /// <summary>Number of definitions.</summary>
    public int Count => _nodes.Length + _merged.Length;

    /// <summary>The value of all definitions, once it is known.</summary>
    public Evaluated? Result { get; set; }

    /// <summary>Whether one of the definitions is being evaluated, so that a reference to this slot looks back.</summary>
    public bool InProgress => Evaluating != NotEvaluating;

    /// <summary>
    /// How many definitions a reference to this slot may use now: all, or, while one of them is being
    /// evaluated, those older than it. A merged slot that is being evaluated counts, as it looks back itself.
    /// </summary>
    public int Visible => !InProgress ? Count : _merged.Length > 0 ? Evaluating + 1 : Evaluating;

    /// <summary>The definition being evaluated.</summary>
    public int Evaluating { get; set; } = NotEvaluating;

    /// <summary>Whether, by its last evaluation, nothing older than this slot may merge with it.</summary>
    public bool HidesOlder { get; set; }

    public static Slot Of(Definitions definitions) => new([.. definitions.Stack], []);

    public static Slot Of(ConfigNode node) => new([node], []);

    public static Slot Merged(Slot older, Slot newer) => new([], [older, newer]);

    public ConfigNode? Node(int index) => index < _nodes.Length ? _nodes[index] : null;

    public Slot MergedSlot(int index) => _merged[index];

    public bool DefinitionHides(int index) => index < _merged.Length && _merged[index].HidesOlder;

    public Evaluated? Known(int index) => _evaluated?[index];

    public void Remember(int index, Evaluated value) => (_evaluated ??= new Evaluated?[Count])[index] = value;

    /// <summary>Whether the newest definition is an optional substitution and nothing else.</summary>
    public bool EndsInOptional() =>
        _merged.Length > 0 ? _merged[^1].EndsInOptional() : _nodes is [.., SubstitutionNode { Optional: true }];

    /// <summary>This slot without its newest definition.</summary>
    public Slot WithoutNewest() =>
        _merged.Length > 0 ? Merged(_merged[0], _merged[^1].WithoutNewest()) : new(_nodes[..^1], []);
}
