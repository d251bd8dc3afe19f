"""Writes checkpoints as torch.save does, without PyTorch: protocols 0 to 5, zip (z) and legacy (l) form, each way to rebuild a tensor, and
many Python values before and behind the weights. python3 make_values.py"""
import sys, types, pickle, struct, io, zipfile, collections, argparse, datetime, pathlib, enum, functools, decimal, fractions, uuid, dataclasses, array, random
def mod(name):
    m=types.ModuleType(name); sys.modules[name]=m; return m
torch=mod('torch'); tu=mod('torch._utils'); tt=mod('torch._tensor'); tp=mod('torch.nn.parameter'); mod('torch.nn'); ts=mod('torch.storage')
class FloatStorage: pass
FloatStorage.__module__='torch'; torch.FloatStorage=FloatStorage
class UntypedStorage: pass
UntypedStorage.__module__='torch.storage'; ts.UntypedStorage=UntypedStorage
def mk(name):
    def f(*a): pass
    f.__module__='torch._utils'; f.__name__=f.__qualname__=name; setattr(tu,name,f); return f
v2=mk('_rebuild_tensor_v2'); v1=mk('_rebuild_tensor'); v3=mk('_rebuild_tensor_v3'); par=mk('_rebuild_parameter'); pars=mk('_rebuild_parameter_with_state')
def ft(*a): pass
ft.__module__='torch._tensor'; ft.__name__=ft.__qualname__='_rebuild_from_type_v2'; tt._rebuild_from_type_v2=ft
class Parameter: pass
Parameter.__module__='torch.nn.parameter'; tp.Parameter=Parameter
class dtype:
    def __init__(s,n): s.n=n
    def __reduce__(s): return s.n
dtype.__module__='torch'; torch.dtype=dtype
for n in ('float16','bfloat16','float32'):
    d=dtype(n); d.__class__=dtype; setattr(torch,n,d)
class Storage:
    def __init__(s,key,n,typ=FloatStorage): s.key=key;s.n=n;s.typ=typ
class T:
    def __init__(s,key,n,shape,stride,off=0,kind='v2'): s.st=Storage(key,n);s.shape=shape;s.stride=stride;s.off=off;s.kind=kind
    def __reduce__(s):
        if s.kind=='v1': return v1,(s.st,s.off,s.shape,s.stride)
        base=(s.st,s.off,s.shape,s.stride,False,collections.OrderedDict())
        if s.kind=='v2': return v2,base
        if s.kind=='v3':
            s.st.typ=UntypedStorage; s.st.n=s.st.n*4 if s.st.typ is UntypedStorage else s.st.n
            return v3,base+(torch.float32,)
        inner=T(s.st.key,s.st.n,s.shape,s.stride,s.off)
        if s.kind=='par': return par,(inner,True,collections.OrderedDict())
        if s.kind=='pars': return pars,(inner,True,collections.OrderedDict(),{'x':1})
        if s.kind=='ft': return ft,(v2,Parameter,base,{})
class P(pickle._Pickler):
    legacy=False
    def persistent_id(s,o):
        if isinstance(o,Storage):
            r=('storage',o.typ,o.key,'cpu',o.n)
            return r+((None,) if s.legacy else ())
def dumps(o,proto,legacy=False):
    b=io.BytesIO(); p=P(b,proto); p.legacy=legacy; p.dump(o); return b.getvalue()
def legacy(o,proto,keys):
    out=b''
    for x in (0x1950a86a20f9469cfc6c,1001,{'protocol_version':1001,'little_endian':True,'type_sizes':{'short':2,'int':4,'long':4}}): out+=pickle.dumps(x,proto)
    out+=dumps(o,proto,True)+pickle.dumps(sorted(keys),proto)
    for k in sorted(keys): out+=struct.pack('<q',keys[k])+struct.pack('<%df'%keys[k],*range(keys[k]))
    return out
def zipf(o,proto,keys,folder='archive'):
    b=io.BytesIO(); z=zipfile.ZipFile(b,'w')
    z.writestr(folder+'/data.pkl',dumps(o,proto))
    for k in keys: z.writestr(folder+'/data/'+k,struct.pack('<%df'%keys[k],*range(keys[k])))
    z.writestr(folder+'/version','3\n'); z.close(); return b.getvalue()
class Color(enum.Enum): RED=1
class IE(enum.IntEnum): A=3
class Flag(enum.Flag): A=1; B=2
@dataclasses.dataclass
class DC: x:int=1; y:str='a'
class Slots:
    __slots__=('a','b')
    def __init__(s): s.a=1; s.b=[2]
class MyDict(dict): pass
class MyList(list): pass
class MyStr(str): pass
class NT(collections.namedtuple('NT','a b')): pass
def fn(x): return x
class Obj:
    def __init__(s): s.d={'k':(1,2)}; s.f=fn; s.self=s
values=dict(counter=collections.Counter('abca'),dd=collections.defaultdict(list,{1:[2]}),date=datetime.datetime.now(),td=datetime.timedelta(3),path=pathlib.PurePosixPath('/a/b'),enum=Color.RED,ie=IE.A,flag=Flag.A|Flag.B,partial=functools.partial(fn,1),dec=decimal.Decimal('1.5'),frac=fractions.Fraction(1,3),uid=uuid.UUID(int=5),dc=DC(),nt=NT(1,2),deque=collections.deque([1,2],5),s={1,2},fs=frozenset([1,(2,3)]),cx=1+2j,rng=range(3),sl=slice(1,2),by=b'\x00\xff',ba=bytearray(b'ab'),ell=Ellipsis,ns=types.SimpleNamespace(a=1),args=argparse.Namespace(img_size=96,lr=1e-4,big=2**70,x=None,l=[1,2]),mydict=MyDict(a=1),mylist=MyList([1]),mystr=MyStr('x'),cls=dict,fn=fn,builtin=len,obj=Obj(),nan=float('nan'),inf=float('inf'),neg=-5,bigneg=-2**65,tuplekey={(1,2):3,None:4,1.5:6,b'x':7,True:8},cd=collections.ChainMap({'a':1}),arr=array.array('i',[1,2]),rs=random.Random(3).getstate(),notimpl=NotImplemented,method=Obj().__init__ if False else None,slots=None,ordered=collections.OrderedDict([('z',1)]),uni='caf\u00e9 \u673a\n\\u',empty=(),long='x'*300)
import itertools
keys={'0':6,'1':3}
def sd(kind): 
    o=collections.OrderedDict(); o['a.weight']=T('0',6,(2,3),(3,1),0,kind); o['a.bias']=T('1',3,(3,),(1,),0,kind); return o
n=0
for proto in range(0,6):
    v=dict(values)
    if proto>=2: v['slots']=Slots()
    for kind in ('v1','v2','par','pars','ft'):
        o={'before':v,'model':sd(kind),'after':v}
        try:
            open('z%d_%s.pth'%(proto,kind),'wb').write(zipf(o,proto,keys)); open('l%d_%s.pth'%(proto,kind),'wb').write(legacy(o,proto,keys)); n+=2
        except Exception as e: print(proto,kind,repr(e))
