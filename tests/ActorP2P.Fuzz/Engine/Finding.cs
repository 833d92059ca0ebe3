namespace ActorP2P.Fuzz.Engine;

/// <summary>An input that broke a promise.</summary>
/// <param name="Target">Whose input.</param>
/// <param name="Kind">Type of the exception, <c>allocation</c> or <c>hang</c>: two findings of one kind at one place are one.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Input">The bytes, as small as minimising made them.</param>
public sealed record Finding(string Target, string Kind, string Detail, byte[] Input);
