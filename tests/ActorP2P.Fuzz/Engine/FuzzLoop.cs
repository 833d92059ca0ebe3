using System.Diagnostics;
using ActorP2P.Fuzz.Coverage;

namespace ActorP2P.Fuzz.Engine;

/// <summary>
/// Coverage-guided search over one target: an input that takes a new edge, or an old one in a new range of counts,
/// joins the corpus from which the next inputs are made. The seed and the number of runs make a search repeatable.
/// </summary>
public sealed class FuzzLoop
{
    private const int MaxFindings = 16;
    private const int MinimiseRuns = 2000;
    private const int MaxCorpus = 20_000;

    private readonly FuzzTarget _target;
    private readonly TargetRunner _runner;
    private readonly Random _random;
    private readonly byte[] _seen = new byte[CoverageMap.Places];
    private readonly List<byte[]> _corpus = [];
    private readonly Dictionary<string, Finding> _findings = [];
    private volatile byte[]? _current;
    private long _startedAt;

    /// <summary>Makes a search.</summary>
    public FuzzLoop(FuzzTarget target, int seed)
    {
        _target = target;
        _runner = new TargetRunner(target);
        _random = new Random(seed);
    }

    /// <summary>Inputs run.</summary>
    public long Runs { get; private set; }

    /// <summary>Edges taken so far; 0 on code that is not instrumented.</summary>
    public int Edges { get; private set; }

    /// <summary>Inputs that each found something new.</summary>
    public IReadOnlyList<byte[]> Corpus => _corpus;

    /// <summary>One finding a kind and place.</summary>
    public IReadOnlyCollection<Finding> Findings => _findings.Values;

    /// <summary>The input that runs now and since when, for the watch.</summary>
    public (byte[]? Input, TimeSpan For) Current => (_current, Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt)));

    /// <summary>Runs the target's own seeds and the stored inputs, then searches until told to stop.</summary>
    public void Run(IEnumerable<byte[]> stored, Func<FuzzLoop, bool> goesOn)
    {
        // The first run pays for compiling; it must not look like an allocation or a new edge of its own.
        _runner.Run([]);
        foreach (var input in _target.Seeds().Concat(stored))
        {
            RunOne(input, keep: true);
        }

        while (goesOn(this) && _findings.Count < MaxFindings)
        {
            RunOne(Next(), keep: false);
        }
    }

    private byte[] Next()
    {
        if (_corpus.Count == 0)
        {
            return ByteMutator.Mutate([], [], _target.MaxInputBytes, _random);
        }

        // Half of the choices fall on the newest tenth: that is where the search moves.
        var newest = Math.Max(1, _corpus.Count / 10);
        var pick = _random.Next(2) == 0 ? _corpus.Count - 1 - _random.Next(newest) : _random.Next(_corpus.Count);
        var structured = _random.Next(2) == 0 ? _target.Mutate(_corpus[pick], _random) : null;
        var next = structured ?? ByteMutator.Mutate(_corpus[pick], _corpus[_random.Next(_corpus.Count)], _target.MaxInputBytes, _random);
        return next.Length > _target.MaxInputBytes ? next[.._target.MaxInputBytes] : next;
    }

    private void RunOne(byte[] input, bool keep)
    {
        CoverageMap.Clear();
        Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
        _current = input;
        // Targets may write into what they are given, as the open-in-place of a record does.
        var finding = _runner.Run((byte[])input.Clone());
        _current = null;
        Runs++;
        if (finding is not null)
        {
            Note(finding with { Input = input });
        }

        var isNew = CoverageMap.MergeInto(_seen, out var newEdges) > 0;
        Edges += newEdges;
        if ((isNew || keep) && _corpus.Count < MaxCorpus)
        {
            _corpus.Add(input);
        }
    }

    private void Note(Finding finding)
    {
        var place = finding.Kind + finding.Detail.Split(' ')[^1];
        if (!_findings.ContainsKey(place))
        {
            _findings.Add(place, _runner.Minimise(finding, MinimiseRuns));
        }
    }
}
