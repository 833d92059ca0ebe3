using Spectre.Console;

namespace ActorP2P.Program.Inspect;

/// <summary>How a cell looks on a terminal.</summary>
internal enum CellTone
{
    /// <summary>As other text.</summary>
    Plain,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Worth a look.</summary>
    Notable,

    /// <summary>Not as it should be.</summary>
    Bad,
}

/// <summary>One cell.</summary>
internal readonly record struct ReportCell(string Text, CellTone Tone = CellTone.Plain)
{
    public static implicit operator ReportCell(string text) => new(text);
}

/// <summary>Rows under named columns: a table on a terminal; elsewhere a line a row with tabs between, the names first.</summary>
internal sealed class ReportTable(params string[] columns)
{
    private readonly List<ReportCell[]> _rows = [];

    /// <summary>Rows so far.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a row, one cell a column.</summary>
    public void Add(params ReportCell[] cells) => _rows.Add([.. cells.Select(static cell => cell with { Text = PrintableText.Of(cell.Text) })]);

    /// <summary>For a terminal.</summary>
    public Table ToTerminal()
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)).PadLeft(0).PadRight(1));
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(static cell => new Text(cell.Text, new Style(ColorOf(cell.Tone)))));
        }

        return table;
    }

    /// <summary>For a pipe or a file.</summary>
    public void WriteTo(TextWriter output)
    {
        output.WriteLine(string.Join('\t', columns));
        foreach (var row in _rows)
        {
            output.WriteLine(string.Join('\t', row.Select(static cell => cell.Text)));
        }
    }

    private static Color ColorOf(CellTone tone) => tone switch
    {
        CellTone.Good => Color.Green,
        CellTone.Notable => Color.Yellow,
        CellTone.Bad => Color.Red,
        _ => Color.Default,
    };
}
