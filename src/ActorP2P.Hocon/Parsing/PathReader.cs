using System.Collections.Immutable;
using System.Text;

namespace ActorP2P.Hocon;

/// <summary>Path expressions in a document: keys, and the inside of substitutions.</summary>
internal static class PathReader
{
    /// <summary>Reads a path up to the first token that cannot be part of one. Trailing whitespace is consumed.</summary>
    public static HoconPath Read(Parser parser, int maxElements)
    {
        var reader = new Reading(parser, maxElements);
        while (true)
        {
            switch (parser.Current.Kind)
            {
                case TokenKind.Quoted:
                    reader.AppendQuoted(parser.Current.Value!);
                    break;
                case TokenKind.Unquoted:
                    reader.AppendUnquoted(parser.CurrentText);
                    break;
                case TokenKind.Whitespace:
                    reader.HoldWhitespace(parser.CurrentText);
                    break;
                default:
                    return reader.Finish();
            }

            parser.Advance();
        }
    }

    private sealed class Reading(Parser parser, int maxElements)
    {
        private readonly ImmutableArray<string>.Builder _elements = ImmutableArray.CreateBuilder<string>();
        private readonly StringBuilder _element = new();
        private readonly HoconOrigin _origin = parser.CurrentOrigin;
        private string _whitespace = "";
        private bool _quoted;
        private bool _any;

        public void AppendQuoted(string text)
        {
            ReleaseWhitespace();
            _element.Append(text);
            _quoted = true;
        }

        public void AppendUnquoted(ReadOnlySpan<char> text)
        {
            ReleaseWhitespace();
            foreach (var part in text.Split('.'))
            {
                // Every part but the first comes after a dot, which ends the element before it.
                if (part.Start.Value > 0)
                    TakeElement();
                _element.Append(text[part]);
            }
        }

        public void HoldWhitespace(ReadOnlySpan<char> text) => _whitespace = text.ToString();

        public HoconPath Finish()
        {
            if (!_any)
                throw parser.Error(HoconErrorKind.Syntax, $"expected a key, found {parser.Describe()}");
            TakeElement();
            return new HoconPath(_elements.DrainToImmutable());
        }

        private void ReleaseWhitespace()
        {
            _any = true;
            _element.Append(_whitespace);
            _whitespace = "";
        }

        private void TakeElement()
        {
            if (_element.Length == 0 && !_quoted)
                throw ParseSession.Failure(HoconErrorKind.InvalidPath, "a path has an empty element; an empty key must be quoted", _origin);
            if (_elements.Count == maxElements)
                throw ParseSession.Failure(HoconErrorKind.NestingTooDeep, $"a path has more than {maxElements} elements", _origin);
            _elements.Add(_element.ToString());
            _element.Clear();
            _quoted = false;
        }
    }
}
