namespace ActorP2P.Hocon.Tests;

public class ErrorTests
{
    [Theory]
    [InlineData("a = 1\nb = = 2", 2, 5)]
    [InlineData("a = \"\"\"x\ny\nz\"\"\" $", 3, 6)]
    [InlineData("a {\n  b = 1\n", 3, 1)]
    [InlineData("# c\r\n\r\n  a = [1,,2]", 3, 10)]
    [InlineData("a = \"x", 1, 5)]
    public void An_error_has_the_line_and_column_of_its_cause(string text, int line, int column)
    {
        var error = Sample.Failure(text);
        Assert.Equal((line, column), (error.Origin.Line, error.Origin.Column));
    }

    [Fact]
    public void An_exception_carries_every_error_and_the_place_of_the_first()
    {
        var exception = Assert.Throws<HoconException>(() => Sample.Parse("a = ${x}\n b = ${y}").Root);
        Assert.Equal(2, exception.Errors.Count);
        Assert.Equal((HoconErrorKind.UnresolvedSubstitution, 1, 5), (exception.Kind, exception.Line, exception.Column));
        Assert.Equal("test", exception.Origin.Source);
        Assert.Contains("test:1:5", exception.Message);
        Assert.Contains("test:2:6", exception.Message);
        Assert.Throws<ArgumentException>(() => new HoconException([]));
    }

    [Fact]
    public void A_getter_s_error_names_the_setting_and_its_place()
    {
        var error = Assert.Throws<HoconException>(() => Sample.Parse("a { b = x }").GetInt("a.b")).Errors[0];
        Assert.Equal("test:1:9: a.b: 'x' is not a whole number", error.ToString());
    }

    [Fact]
    public void A_value_from_a_substitution_keeps_the_place_where_it_was_written() =>
        Assert.Equal(2, Sample.Parse("a = ${b}\nb = 1").GetValue("a")!.Origin.Line);

    [Fact]
    public void Trying_to_parse_gives_the_error_and_an_empty_configuration()
    {
        Assert.False(ConfigurationFactory.TryParse("a = ", out var config, out var errors));
        Assert.True(config.IsEmpty);
        Assert.Equal(HoconErrorKind.Syntax, Assert.Single(errors).Kind);
        Assert.True(ConfigurationFactory.TryParse("a = 1", out config, out errors));
        Assert.Empty(errors);
        Assert.Equal(HoconErrorKind.Syntax, Assert.Throws<HoconException>(() => ConfigurationFactory.ParseString("a = ", "here")).Kind);
    }
}
