namespace ActorP2P.HoconTests;

public class SmokeTests
{
    [Fact]
    public void A_small_document_parses()
    {
        Hocon.Same("""{"a":{"b":1,"c":[1,2]},"d":"x y"}""", "a { b = 1 }\na.c = [1\n2]\nd = x y // comment");
    }
}
