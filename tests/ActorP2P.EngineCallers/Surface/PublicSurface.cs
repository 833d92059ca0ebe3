using System.Reflection;

namespace EngineCallers.Surface;

/// <summary>The members that callers see, a line each, without namespaces: the same text for the same signature on either engine.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The name that stands in the lines: of the type, after those of the types around it.</summary>
    public static string NameOf(Type type) => type switch
    {
        { IsByRef: true } => "ref " + NameOf(type.GetElementType()!),
        { IsArray: true } => NameOf(type.GetElementType()!) + "[]",
        { IsGenericParameter: true } => type.Name,
        { IsGenericType: true } => $"{Path(type)}<{string.Join(",", type.GetGenericArguments().Select(NameOf))}>",
        _ => Path(type),
    };

    /// <summary>The members that the type itself declares, but for those that every object has.</summary>
    public static IEnumerable<string> DeclaredBy(Type type)
    {
        if (type.BaseType == typeof(MulticastDelegate))
            return [Signature(type.GetMethod("Invoke")!)];
        var methods = type.GetMethods(Declared)
            .Where(static method => IsSeen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Where(static method => !method.Name.StartsWith('<') && method.GetBaseDefinition().DeclaringType != typeof(object))
            .Select(Signature);
        var constructors = type.GetConstructors(Declared).Where(IsSeen).Select(static one => $".ctor({Parameters(one)})");
        var properties = type.GetProperties(Declared).Where(static one => IsSeen(one.GetMethod) || IsSeen(one.SetMethod))
            .Select(static one => $"{Static(one.GetMethod ?? one.SetMethod)}{NameOf(one.PropertyType)} {one.Name}");
        var fields = type.GetFields(Declared).Where(static one => (one.IsPublic || one.IsFamily || one.IsFamilyOrAssembly) && !one.IsSpecialName)
            .Select(static one => $"{(one.IsStatic ? "static " : "")}{NameOf(one.FieldType)} {one.Name}");
        return methods.Concat(constructors).Concat(properties).Concat(fields);
    }

    /// <summary>The members that the type has, those of its base types and interfaces included.</summary>
    public static IEnumerable<string> AllOf(Type type)
    {
        var types = new List<Type>(type.GetInterfaces());
        for (var one = type; one is not null && one != typeof(object) && one != typeof(MulticastDelegate); one = one.BaseType)
            types.Add(one);
        return types.SelectMany(DeclaredBy).Distinct();
    }

    private static string Path(Type type)
    {
        var name = type.Name.Split('`')[0];
        return type.DeclaringType is { } outer ? $"{Path(outer)}.{name}" : name;
    }

    private static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(",", method.GetGenericArguments().Select(NameOf))}>" : "";
        return $"{Static(method)}{NameOf(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static one => NameOf(one.ParameterType)));

    private static string Static(MethodBase? method) => method is { IsStatic: true } ? "static " : "";

    private static bool IsSeen(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };
}
