using System.Linq.Expressions;

namespace ActorP2P;

/// <summary>Creates Props where a class has a member of that name itself.</summary>
internal static class RuntimeProps
{
    public static Props Of<TActor>(Expression<Func<TActor>> create)
        where TActor : ActorBase => Props.Create(create);
}
