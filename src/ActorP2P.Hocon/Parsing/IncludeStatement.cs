namespace ActorP2P.Hocon;

/// <summary>
/// An include statement: <c>include "x"</c>, with <c>file()</c>, <c>url()</c> or <c>classpath()</c>, and
/// <c>required()</c> around any of them.
/// </summary>
internal sealed class IncludeStatement
{
    private readonly ParseSession _session;
    private readonly IncludeRequest _request;
    private readonly HoconOrigin _origin;
    private readonly bool _required;

    private IncludeStatement(ParseSession session, IncludeRequest request, HoconOrigin origin, bool required)
    {
        _session = session;
        _request = request;
        _origin = origin;
        _required = required;
    }

    /// <summary>Reads the statement, whose first token is the current one.</summary>
    public static IncludeStatement Parse(Parser parser, ParseSession session, string source)
    {
        var origin = parser.CurrentOrigin;
        parser.Advance();
        var before = ReadUnquoted(parser);
        if (parser.Current.Kind != TokenKind.Quoted)
            throw parser.Error(HoconErrorKind.Syntax, $"expected a quoted name after 'include', found {parser.Describe()}; quote \"include\" to use it as a key");
        var name = parser.Current.Value!;
        parser.Advance();
        var required = before.StartsWith("required(", StringComparison.Ordinal);
        IncludeTarget? target = (required ? before["required(".Length..] : before) switch
        {
            "" => IncludeTarget.Adjacent,
            "file(" => IncludeTarget.File,
            "url(" => IncludeTarget.Url,
            "classpath(" => IncludeTarget.Classpath,
            _ => null,
        };
        if (target is null)
            throw ParseSession.Failure(HoconErrorKind.Syntax, $"'{before}' is not one of file(, url(, classpath(, required(", origin);
        Close(parser, before.Count(static c => c == '('));
        return new IncludeStatement(session, new IncludeRequest(name, target.Value, source), origin, required);
    }

    /// <summary>Reads what the statement names, and merges its fields where the statement stands.</summary>
    /// <param name="into">The including object.</param>
    /// <param name="at">Its path, which the included file's substitutions are tried against first.</param>
    /// <param name="inList">Whether that path leads through a list, so that it cannot be named.</param>
    /// <param name="depth">Nesting at the statement.</param>
    public void MergeInto(ObjectNode into, HoconPath at, bool inList, int depth)
    {
        var result = _session.Includes?.Resolve(_request) ?? IncludeResult.NotFound;
        if (result.Refusal is { } kind)
            throw ParseSession.Failure(kind, result.Reason!, _origin);
        if (result.Sources.Count == 0 && _required)
            throw ParseSession.Failure(HoconErrorKind.NotFound, $"the required include '{_request.Name}' does not exist", _origin);
        foreach (var source in result.Sources)
        {
            if (!_session.TryEnter(source.Name, _origin))
                throw ParseSession.Failure(HoconErrorKind.IncludeCycle, $"'{source.Name}' includes itself", _origin);
            var included = source.Format == HoconFormat.Properties
                ? PropertiesParser.Parse(_session, source)
                : new Parser(_session, source.Name, source.Text, at, inList, depth).ParseDocument();
            _session.Leave();
            Definitions.MergeInto(into, included);
        }
    }

    private static string ReadUnquoted(Parser parser)
    {
        var text = "";
        while (true)
        {
            parser.SkipWhitespace();
            if (parser.Current.Kind != TokenKind.Unquoted)
                return text;
            // Nothing valid is longer than the longest opening; the rest is for the error message.
            const int LongestOpening = 32;
            if (text.Length < LongestOpening)
                text += parser.CurrentText[..Math.Min(parser.CurrentText.Length, LongestOpening)].ToString();
            parser.Advance();
        }
    }

    private static void Close(Parser parser, int open)
    {
        while (open > 0)
        {
            parser.SkipWhitespace();
            var text = parser.Current.Kind == TokenKind.Unquoted ? parser.CurrentText : "";
            if (text.Length == 0 || text.Length > open || text.IndexOfAnyExcept(')') >= 0)
                throw parser.Error(HoconErrorKind.Syntax, $"expected ')' at the end of an include, found {parser.Describe()}");
            open -= text.Length;
            parser.Advance();
        }
    }
}
