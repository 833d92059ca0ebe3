namespace ActorP2P.Hocon;

/// <summary>
/// Recursive descent over the tokens of one source: documents, objects, fields, arrays. Values are in
/// <see cref="ValueBuilder"/>, paths in <see cref="PathReader"/>, includes in <see cref="IncludeStatement"/>.
/// </summary>
internal sealed class Parser
{
    private readonly ParseSession _session;
    private readonly Lexer _lexer;
    private readonly string _source;
    private readonly HoconPath _includedAt;
    private readonly bool _includedInList;
    private HoconPath _path;
    private int _depth;
    private int _listDepth;

    public Parser(ParseSession session, string source, string text, HoconPath includedAt, bool includedInList, int depth)
    {
        _session = session;
        _source = source;
        _includedAt = includedAt;
        _path = includedAt;
        _includedInList = includedInList;
        _depth = depth;
        if (text.Length > session.Limits.MaxSourceChars)
            throw ParseSession.Failure(HoconErrorKind.SourceTooLarge, $"the source is longer than {session.Limits.MaxSourceChars} characters", new HoconOrigin(source, 1, 1));
        _lexer = new Lexer(text, source);
        Current = _lexer.Next();
    }

    /// <summary>The token not yet consumed.</summary>
    public Token Current { get; private set; }

    public HoconOrigin CurrentOrigin => _lexer.Origin(Current);

    /// <summary>Reads the whole source.</summary>
    public ObjectNode ParseDocument()
    {
        SkipWhitespace();
        var root = new ObjectNode(CurrentOrigin);
        if (Current.Kind == TokenKind.OpenBracket)
            throw Error(HoconErrorKind.RootNotObject, "the root must be an object, not a list");
        if (Current.Kind == TokenKind.OpenBrace)
        {
            ParseBraces(root);
            SkipWhitespace();
            if (Current.Kind != TokenKind.End)
                throw Error(HoconErrorKind.Syntax, $"expected the end after the root's '}}', found {Describe()}");
            return root;
        }

        ParseFields(root, TokenKind.End);
        return root;
    }

    public void Advance() => Current = _lexer.Next();

    public ReadOnlySpan<char> CurrentText => _lexer.Text(Current);

    /// <summary>Skips whitespace and newlines; tells whether there was a newline.</summary>
    public bool SkipWhitespace()
    {
        var newline = false;
        while (Current.Kind is TokenKind.Whitespace or TokenKind.Newline)
        {
            newline |= Current.Kind == TokenKind.Newline;
            Advance();
        }

        return newline;
    }

    public HoconException Error(HoconErrorKind kind, string message) => ParseSession.Failure(kind, message, CurrentOrigin);

    /// <summary>The current token, for error messages.</summary>
    public string Describe()
    {
        const int ShownChars = 40;
        if (Current.Kind is TokenKind.End)
            return "the end";
        if (Current.Kind is TokenKind.Newline)
            return "the end of the line";
        var text = CurrentText;
        return text.Length <= ShownChars ? $"'{text}'" : $"'{text[..ShownChars]}...'";
    }

    public void CountNode(HoconOrigin origin) => _session.CountNode(origin);

    /// <summary>An object in braces.</summary>
    public ObjectNode ParseObject()
    {
        var node = new ObjectNode(CurrentOrigin);
        _session.CountNode(node.Origin);
        ParseBraces(node);
        return node;
    }

    /// <summary>An array in brackets.</summary>
    public ArrayNode ParseArray()
    {
        var node = new ArrayNode(CurrentOrigin);
        _session.CountNode(node.Origin);
        Enter(1);
        _listDepth++;
        Advance();
        SkipWhitespace();
        while (Current.Kind != TokenKind.CloseBracket)
        {
            if (Current.Kind is TokenKind.Comma or TokenKind.End)
                throw Error(HoconErrorKind.Syntax, $"expected a list element or ']', found {Describe()}");
            node.Elements.Add(new ValueBuilder(this).Parse());
            EndItem(TokenKind.CloseBracket);
        }

        Advance();
        _listDepth--;
        _depth--;
        return node;
    }

    /// <summary>A substitution, from its <c>${</c> through its <c>}</c>.</summary>
    public SubstitutionNode ParseSubstitution()
    {
        var origin = CurrentOrigin;
        _session.CountNode(origin);
        if (_includedInList)
            throw Error(HoconErrorKind.NotAllowedInList, "a file that is included inside a list may hold no substitutions: their paths cannot name list elements");
        var optional = Current.Kind == TokenKind.OpenOptionalSubstitution;
        Advance();
        if (Current.Kind == TokenKind.Whitespace)
            Advance();
        var path = PathReader.Read(this, _session.Limits.MaxDepth);
        if (Current.Kind != TokenKind.CloseBrace)
            throw Error(HoconErrorKind.Syntax, $"expected '}}' at the end of a substitution, found {Describe()}");
        Advance();
        return new SubstitutionNode(path, optional, _includedAt, origin);
    }

    private void ParseBraces(ObjectNode target)
    {
        Enter(1);
        Advance();
        ParseFields(target, TokenKind.CloseBrace);
        Advance();
        _depth--;
    }

    private void ParseFields(ObjectNode target, TokenKind end)
    {
        SkipWhitespace();
        while (Current.Kind != end)
        {
            if (Current.Kind == TokenKind.End)
                throw Error(HoconErrorKind.Syntax, $"expected '}}' for the '{{' at {target.Origin}, found the end");
            if (Current.Kind == TokenKind.Unquoted && CurrentText is "include")
                IncludeStatement.Parse(this, _session, _source).MergeInto(target, _path, _listDepth > 0 || _includedInList, _depth);
            else
                ParseField(target);
            EndItem(end);
        }
    }

    /// <summary>What may follow a field or element: a newline, one comma, or the end of the object or list.</summary>
    private void EndItem(TokenKind end)
    {
        var newline = SkipWhitespace();
        if (Current.Kind == TokenKind.Comma)
        {
            Advance();
            SkipWhitespace();
            if (Current.Kind == TokenKind.Comma)
                throw Error(HoconErrorKind.Syntax, "two commas in a row");
        }
        else if (!newline && Current.Kind != end)
        {
            throw Error(HoconErrorKind.Syntax, $"expected a comma or a new line, found {Describe()}");
        }
    }

    private void ParseField(ObjectNode target)
    {
        var origin = CurrentOrigin;
        var key = PathReader.Read(this, _session.Limits.MaxDepth);
        SkipWhitespace();
        var append = Current.Kind == TokenKind.PlusEquals;
        if (Current.Kind is TokenKind.Colon or TokenKind.Equals or TokenKind.PlusEquals)
            Advance();
        else if (Current.Kind != TokenKind.OpenBrace)
            throw Error(HoconErrorKind.Syntax, $"expected '=', ':', '+=' or '{{' after the key '{key}', found {Describe()}");
        SkipWhitespace();
        if (append && (_listDepth > 0 || _includedInList))
            throw Error(HoconErrorKind.NotAllowedInList, "'+=' may not stand inside a list: it refers to its own path, and paths cannot name list elements");

        var outer = _path;
        _path = outer.Append(key);
        // The last element nests only when the value is an object, whose brace counts it.
        Enter(key.Elements.Length - 1);
        var value = new ValueBuilder(this).Parse();
        _depth -= key.Elements.Length - 1;

        var definitions = Descend(target, key, origin);
        if (append)
            definitions.Append(value, _path, HoconPath.Root, origin);
        else
            definitions.Push(value);
        _path = outer;
    }

    private Definitions Descend(ObjectNode target, HoconPath key, HoconOrigin origin)
    {
        for (var i = 0; ; i++)
        {
            if (!target.Fields.TryGetValue(key.Elements[i], out var definitions))
            {
                _session.CountNode(origin);
                target.Fields.Add(key.Elements[i], definitions = new Definitions());
            }

            if (i == key.Elements.Length - 1)
                return definitions;
            target = definitions.TopObject(origin);
        }
    }

    private void Enter(int levels)
    {
        _depth += levels;
        if (_depth > _session.Limits.MaxDepth)
            throw Error(HoconErrorKind.NestingTooDeep, $"objects, lists and paths nest deeper than {_session.Limits.MaxDepth}");
    }
}
