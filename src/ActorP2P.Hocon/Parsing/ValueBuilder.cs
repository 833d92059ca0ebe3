using System.Text;

namespace ActorP2P.Hocon;

/// <summary>
/// One value: everything up to the end of the line, a comma or a closing bracket, concatenated as
/// HOCON.md's "Value concatenation" says. What needs no substitution is concatenated here.
/// </summary>
internal sealed class ValueBuilder(Parser parser)
{
    private readonly List<ConfigNode> _parts = [];
    private readonly StringBuilder _text = new();
    private HoconOrigin _textOrigin;
    private int _textTokens;
    private bool _textQuoted;
    private string _whitespace = "";
    private HoconOrigin _whitespaceOrigin;

    public ConfigNode Parse()
    {
        var origin = parser.CurrentOrigin;
        while (true)
        {
            switch (parser.Current.Kind)
            {
                case TokenKind.Whitespace:
                    _whitespace = parser.CurrentText.ToString();
                    _whitespaceOrigin = parser.CurrentOrigin;
                    parser.Advance();
                    break;
                case TokenKind.Quoted:
                    AppendText(parser.Current.Value!, quoted: true);
                    break;
                case TokenKind.Unquoted:
                    AppendText(parser.CurrentText, quoted: false);
                    break;
                case TokenKind.OpenSubstitution or TokenKind.OpenOptionalSubstitution:
                    BeginPart();
                    _parts.Add(parser.ParseSubstitution());
                    break;
                case TokenKind.OpenBrace:
                    BeginPart();
                    AddObject(parser.ParseObject());
                    break;
                case TokenKind.OpenBracket:
                    BeginPart();
                    AddArray(parser.ParseArray());
                    break;
                case TokenKind.End or TokenKind.Newline or TokenKind.Comma or TokenKind.CloseBrace or TokenKind.CloseBracket:
                    return Finish(origin);
                default:
                    throw parser.Error(HoconErrorKind.Syntax, $"{parser.Describe()} may not stand in a value outside quotes");
            }
        }
    }

    private void AppendText(ReadOnlySpan<char> text, bool quoted)
    {
        if (_textTokens == 0)
            _textOrigin = parser.CurrentOrigin;
        if (_textTokens > 0 || _parts.Count > 0)
            _text.Append(_whitespace);
        _whitespace = "";
        _text.Append(text);
        _textTokens++;
        _textQuoted = quoted;
        parser.Advance();
    }

    private void BeginPart()
    {
        if (_textTokens > 0)
        {
            _text.Append(_whitespace);
            FlushText();
        }
        else if (_whitespace.Length > 0 && _parts.Count > 0)
        {
            _parts.Add(new WhitespaceNode(_whitespace, _whitespaceOrigin));
        }

        _whitespace = "";
    }

    private void FlushText()
    {
        if (_textTokens == 0)
            return;
        var text = _text.ToString();
        var alone = _textTokens == 1 && _parts.Count == 0 && !_textQuoted;
        parser.CountNode(_textOrigin);
        _parts.Add(new ValueNode(new HoconScalar(alone ? Classify(text) : HoconValueKind.String, text, _textOrigin)));
        _text.Clear();
        _textTokens = 0;
    }

    private void AddObject(ObjectNode node)
    {
        DropWhitespaceBefore<ObjectNode>();
        if (_parts is [.., ObjectNode before])
            Definitions.MergeInto(before, node);
        else
            _parts.Add(node);
    }

    private void AddArray(ArrayNode node)
    {
        DropWhitespaceBefore<ArrayNode>();
        if (_parts is [.., ArrayNode before])
            before.Elements.AddRange(node.Elements);
        else
            _parts.Add(node);
    }

    private void DropWhitespaceBefore<T>()
        where T : ConfigNode
    {
        if (_parts is [.., T, WhitespaceNode])
            _parts.RemoveAt(_parts.Count - 1);
    }

    private ConfigNode Finish(HoconOrigin origin)
    {
        FlushText();
        if (_parts.Count == 0)
            throw parser.Error(HoconErrorKind.Syntax, $"expected a value, found {parser.Describe()}");
        if (_parts.Count == 1)
            return _parts[0];
        var kinds = _parts.Where(static p => p is ValueNode or ObjectNode or ArrayNode).Select(static p => p.GetType()).Distinct().Count();
        if (kinds > 1)
            throw ParseSession.Failure(HoconErrorKind.ConcatenationMismatch, "a value mixes objects, lists or text on one line", origin);
        return new ConcatenationNode(_parts, origin);
    }

    private static HoconValueKind Classify(string text) => text switch
    {
        "null" => HoconValueKind.Null,
        "true" or "false" => HoconValueKind.Boolean,
        _ when CharacterClasses.IsJsonNumber(text) => HoconValueKind.Number,
        _ => HoconValueKind.String,
    };
}
